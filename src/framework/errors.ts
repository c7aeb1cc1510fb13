/** Re-exports the error table, which is below everything that throws, for backends and everything above. */
export * from "../std/errors.ts";
