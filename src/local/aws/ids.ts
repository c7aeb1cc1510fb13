import { type RandomSource, randomText } from "../../std/random.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** `AROA…`, `AIDA…`, `AIPA…`, `AGPA…`: 21 characters, never used twice. Source: IAM User Guide, "Unique identifiers". */
export const uniqueId = (random: RandomSource, prefix: "AGPA" | "AIDA" | "AIPA" | "AROA"): string =>
  prefix + randomText(random, 17, UPPER);

/** `AKIA…` for a user's key, `ASIA…` for a session's: 20 characters. */
export const accessKeyId = (random: RandomSource, prefix: "AKIA" | "ASIA"): string =>
  prefix + randomText(random, 16, UPPER);

/** 40 characters of base64. */
export const secretAccessKey = (random: RandomSource): string => Buffer.from(random.bytes(30)).toString("base64");

/** `mi-` or `i-` and 17 hexadecimal digits. */
export const machineId = (random: RandomSource, prefix: "mi-" | "i-"): string =>
  prefix + randomText(random, 17, "0123456789abcdef");
