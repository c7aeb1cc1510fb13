import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/**
 * What kind of place an IP address is. Pure; knows no name service.
 * Source: IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry" (RFC 6890).
 */

export type AddressKind =
  | "public"
  /** Networks of an organisation's own: RFC 1918, carrier-grade NAT, unique local IPv6. */
  | "private"
  | "loopback"
  /** Link-local addresses and the metadata services of clouds. */
  | "link-local"
  /** Unspecified, multicast, documentation, tunnels and everything else nobody dials. */
  | "special";

type Row = readonly [range: string, kind: Exclude<AddressKind, "public">];

/** The first row that holds the address decides. */
const IPV4: readonly Row[] = [
  ["127.0.0.0/8", "loopback"],
  // 169.254.169.254 and 169.254.170.2 (credentials of EC2 and ECS) among them.
  ["169.254.0.0/16", "link-local"],
  // Alibaba Cloud's metadata service, inside 100.64.0.0/10.
  ["100.100.100.200/32", "link-local"],
  ["10.0.0.0/8", "private"],
  ["172.16.0.0/12", "private"],
  ["192.168.0.0/16", "private"],
  ["100.64.0.0/10", "private"],
  ["0.0.0.0/8", "special"],
  ["192.0.0.0/24", "special"],
  ["192.0.2.0/24", "special"],
  ["192.88.99.0/24", "special"],
  ["198.18.0.0/15", "special"],
  ["198.51.100.0/24", "special"],
  ["203.0.113.0/24", "special"],
  ["224.0.0.0/4", "special"],
  ["240.0.0.0/4", "special"],
];

const IPV6: readonly Row[] = [
  ["::1/128", "loopback"],
  ["fe80::/10", "link-local"],
  // AWS's metadata, DNS and time services over IPv6, inside fc00::/7.
  ["fd00:ec2::/32", "link-local"],
  ["fc00::/7", "private"],
  // Teredo, ORCHID and other assignments of protocols.
  ["2001::/23", "special"],
  ["2001:db8::/32", "special"],
  // 6to4: an IPv4 address, any of them, inside an IPv6 address.
  ["2002::/16", "special"],
  ["3fff::/20", "special"],
];

const listOf = (range: string): BlockList => {
  const [address = "", bits = ""] = range.split("/");
  const list = new BlockList();
  list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  return list;
};

const compiled = (rows: readonly Row[]) => rows.map(([range, kind]) => ({ list: listOf(range), kind }));
const ipv4 = compiled(IPV4);
const ipv6 = compiled(IPV6);
/** What is given out to be reached from anywhere; all other IPv6 addresses are special until they have a row above. */
const GLOBAL_IPV6 = listOf("2000::/3");

/** IPv4 addresses written as IPv6: mapped, and behind a NAT64 gateway (RFC 6052), where each leads to the IPv4 one. */
const EMBEDDED = [listOf("::ffff:0:0/96"), listOf("64:ff9b::/96")];

/** The last 32 bits of an IPv6 address, as IPv4. The URL parser writes every spelling as groups of hex digits. */
const lastFour = (address: string): string => {
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(":");
  const number = (at: number): number => Number.parseInt(groups.at(at) || "0", 16);
  const [high, low] = [number(-2), number(-1)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
};

/** The host of a URL as it is dialled: an IPv6 address without its brackets. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/**
 * The address itself, or the IPv4 address that it represents. `undefined` for what is not an address in plain digits;
 * an address with a zone (`fe80::1%eth0`) is not.
 */
export const plainAddress = (text: string): string | undefined => {
  if (text.includes("%") || isIP(text) === 0) return undefined;
  if (isIPv6(text) && EMBEDDED.some((list) => list.check(text, "ipv6"))) return lastFour(text);
  return text;
};

/** Takes what `plainAddress` gave. */
export const kindOf = (plain: string): AddressKind => {
  if (isIPv4(plain)) return ipv4.find(({ list }) => list.check(plain, "ipv4"))?.kind ?? "public";
  const row = ipv6.find(({ list }) => list.check(plain, "ipv6"));
  return row?.kind ?? (GLOBAL_IPV6.check(plain, "ipv6") ? "public" : "special");
};
