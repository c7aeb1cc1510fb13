/** The error table lies below everything that throws; backends and everything above find it here. */
export * from "../std/errors.ts";
