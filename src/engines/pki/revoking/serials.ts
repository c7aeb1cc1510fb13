import type { Certificate } from "../../../x509/index.ts";

/** Serial numbers as text: lower case, two digits a byte, colons in between. */

/** Callers write colons or hyphens, and any case. */
export const serialGiven = (text: string): string => text.toLowerCase().replaceAll("-", ":");

/** Whether a path may hold it; the reference knows no other paths. */
export const isSerialText = (text: string): boolean => /^[0-9A-Fa-f:-]+$/.test(text);

/** Its magnitude; `""` for zero. */
export const serialOfNumber = (serial: bigint): string => {
  const hex = serial === 0n ? "" : serial.toString(16).replace("-", "");
  return (hex.padStart(hex.length + (hex.length % 2), "0").match(/../g) ?? []).join(":");
};

export const serialOf = ({ serial }: Pick<Certificate, "serial">): string => serialOfNumber(serial);

/** What two spellings of a number share: hexadecimal, without zero bytes in front. */
export const plainHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("hex")
    .replace(/^(?:00)+/, "");

/** The magnitude, big endian. */
export const serialBytes = (serial: string): Buffer => Buffer.from(serial.replaceAll(":", ""), "hex");
