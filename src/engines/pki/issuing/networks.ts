import { isIPv4, isIPv6 } from "node:net";
import { canonicalAddress, isCidr } from "../../../std/cidr.ts";

/** Ranges of addresses, as Go prints them: without host bits, and IPv4 inside IPv6 as the IPv4 range it is. */

const bytesOfIpv4 = (address: string): readonly number[] => address.split(".").map(Number);

const groups = (part: string): readonly number[] =>
  part === ""
    ? []
    : part.split(":").flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);

/** Of an address in its shortest form. */
const bytesOfIpv6 = (address: string): readonly number[] => {
  const [front = "", back] = address.split("::");
  const [first, last] = [groups(front), groups(back ?? "")];
  return back === undefined ? first : [...first, ...Array(16 - first.length - last.length).fill(0), ...last];
};

const masked = (bytes: readonly number[], bits: number): readonly number[] =>
  bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - index * 8))) & 0xff);

const textOfIpv6 = (bytes: readonly number[]): string =>
  Array.from({ length: 8 }, (_, group) =>
    (((bytes[group * 2] ?? 0) << 8) | (bytes[group * 2 + 1] ?? 0)).toString(16),
  ).join(":");

/** The range that a text names. `undefined`: none. */
export const networkOf = (text: string): string | undefined => {
  if (!isCidr(text)) return undefined;
  const [given = "", suffix = ""] = text.split("/");
  const address = canonicalAddress(given) ?? "";
  const bits = Number(suffix);
  if (isIPv4(address)) {
    const own = isIPv6(given) ? bits - 96 : bits;
    if (own < 0) return undefined;
    return `${masked(bytesOfIpv4(address), own).join(".")}/${own}`;
  }
  return `${canonicalAddress(textOfIpv6(masked(bytesOfIpv6(address), bits)))}/${bits}`;
};
