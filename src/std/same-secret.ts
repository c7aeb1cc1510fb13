import { createHash, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text, "utf16le").digest();

/**
 * Whether two secrets are the same text, in a time that depends on their lengths alone: their digests are compared, so
 * that how far they agree shows nowhere.
 */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
