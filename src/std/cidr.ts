import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * Addresses and address ranges, as roles and tokens are bound to them. Pure; knows no name service.
 * An IPv4 address written inside IPv6 (`::ffff:192.0.2.1`) counts as the IPv4 address it is.
 */

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** The same as the URL parser writes it. */
const MAPPED_HEX = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** RFC 5952 text, by way of the URL parser, which writes IPv6 addresses so. */
const canonicalIpv6 = (address: string): string => new URL(`http://[${address}]/`).hostname.slice(1, -1);

/**
 * An address as Go prints it: IPv6 in its shortest form, an IPv4 address inside IPv6 as the IPv4 address it is.
 * `undefined`: not an address.
 */
export const canonicalAddress = (text: string): string | undefined => {
  if (text.includes("%") || isIP(text) === 0) return undefined;
  if (isIPv4(text)) return text;
  const short = canonicalIpv6(text);
  const [, high, low] = MAPPED_HEX.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  return [high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]).join(".");
};

/**
 * Whether name services and URL parsers read a name as an IPv4 address, because its last label is a number: `127.1`,
 * `2130706433`, `0x7f000001`, `0177.0.0.1`. Source: WHATWG URL, "ends in a number".
 */
export const endsInNumber = (name: string): boolean => /(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$/i.test(name);

const parseRange = (text: string): Range | undefined => {
  const cut = text.indexOf("/");
  const address = cut < 0 ? text : text.slice(0, cut);
  if (address.includes("%") || isIP(address) === 0) return undefined;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const most = family === "ipv4" ? 32 : 128;
  const suffix = cut < 0 ? String(most) : text.slice(cut + 1);
  if (!/^(0|[1-9]\d{0,2})$/.test(suffix) || Number(suffix) > most) return undefined;
  return { address: family === "ipv4" ? address : canonicalIpv6(address), bits: Number(suffix), family };
};

/**
 * One address or range as Vault prints it: `192.0.2.1/32` becomes `192.0.2.1`, IPv6 in its shortest form; host bits
 * stay. `undefined`: neither an address nor a range.
 */
export const canonicalCidr = (text: string): string | undefined => {
  const range = parseRange(text);
  if (!range) return undefined;
  const whole = range.bits === (range.family === "ipv4" ? 32 : 128);
  return whole ? range.address : `${range.address}/${range.bits}`;
};

/** Whether a text is a range in CIDR notation; an address alone is not one. */
export const isCidr = (text: string): boolean => text.includes("/") && parseRange(text) !== undefined;

/** Whether an address is in one of the ranges. An unreadable address or range contains nothing. */
export const inCidrs = (address: string, ranges: readonly string[]): boolean => {
  const plain = MAPPED.exec(address)?.[1] ?? address;
  if (isIP(plain) === 0 || plain.includes("%")) return false;
  const list = new BlockList();
  for (const text of ranges) {
    const range = parseRange(text);
    if (range) list.addSubnet(range.address, range.bits, range.family);
  }
  return list.check(plain, isIPv4(plain) ? "ipv4" : "ipv6");
};
