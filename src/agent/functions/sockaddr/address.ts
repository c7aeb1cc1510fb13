import { isIP } from "node:net";
import { unrunnable } from "../../../go-template/index.ts";
import { canonicalAddress } from "../../../std/cidr.ts";

/** IP addresses with their networks, as numbers. */

export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
  /** Bits of the network. */
  readonly prefix: number;
}

export const widthOf = ({ version }: Pick<IpAddress, "version">): number => (version === 4 ? 32 : 128);

const fromV4 = (text: string): bigint => text.split(".").reduce((value, part) => value * 256n + BigInt(part), 0n);

const fromV6 = (text: string): bigint => {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted ? fromV4(dotted[2] ?? "") : 0n;
  const plain = dotted ? `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}` : text;
  const [left = "", right] = plain.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(left), groups(right ?? "")];
  const zeros = Array<string>(right === undefined ? 0 : 8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n);
};

/** `undefined`: the text is none. A bare address is a network of its own. */
export const addressOf = (text: string, prefix?: number): IpAddress | undefined => {
  const [bare = "", bits] = text.split("/");
  const kind = isIP(bare);
  if (kind === 0 || bare.includes("%") || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const version = kind === 4 ? 4 : 6;
  const found = Number(bits ?? prefix ?? widthOf({ version }));
  if (found > widthOf({ version })) return undefined;
  return { version, value: version === 4 ? fromV4(bare) : fromV6(bare), prefix: found };
};

const v4Text = (value: bigint): string => [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");

/** In the shortest form. */
const v6Text = (value: bigint): string => {
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  return canonicalAddress(groups.join(":")) ?? groups.join(":");
};

export const valueText = (version: 4 | 6, value: bigint): string => (version === 4 ? v4Text(value) : v6Text(value));
export const bareText = ({ version, value }: IpAddress): string => valueText(version, value);

/** With the bits of its network, unless it is one of its own. */
export const fullText = (address: IpAddress): string =>
  address.prefix === widthOf(address) ? bareText(address) : `${bareText(address)}/${address.prefix}`;

const maskOf = (version: 4 | 6, prefix: number): bigint => {
  const width = BigInt(widthOf({ version }));
  const host = (1n << (width - BigInt(prefix))) - 1n;
  return ((1n << width) - 1n) ^ host;
};

export const maskFor = ({ version, prefix }: IpAddress): bigint => maskOf(version, prefix);
export const hostBits = ({ version, prefix }: IpAddress): bigint => (1n << BigInt(widthOf({ version }) - prefix)) - 1n;
export const firstOf = (address: IpAddress): bigint => address.value & maskFor(address);
export const lastOf = (address: IpAddress): bigint => firstOf(address) | hostBits(address);

export const contains = (network: IpAddress, address: IpAddress): boolean =>
  network.version === address.version && firstOf(network) <= firstOf(address) && lastOf(network) >= lastOf(address);

const inWidth = (version: 4 | 6, value: bigint): bigint => BigInt.asUintN(widthOf({ version }), value);

export const networkOf = (text: string): IpAddress => addressOf(text) ?? unrunnable("unable to create an IP address");

const signed = (value: string, bits: number): bigint => {
  if (!/^\s*[+-]/.test(value)) return unrunnable("math: a sign (+/-) is required");
  if (!/^[+-]\d{1,20}$/.test(value)) return unrunnable("math: unable to convert the value to a number");
  const found = BigInt(value.replace("+", ""));
  return BigInt.asIntN(bits, found) === found ? found : unrunnable("math: the value is out of range");
};

/** Within the network: from its first address on, or from its last one back. */
const withinNetwork = (address: IpAddress, by: bigint): bigint => {
  const host = hostBits(address);
  if (address.version === 4) return firstOf(address) + ((by >= 0n ? by : 1n + by + host) & host);
  return by > 0n ? firstOf(address) + (by & host) : lastOf(address) - ((-by - 1n) & host);
};

const masked = (address: IpAddress, value: string): IpAddress => {
  const bits = /^\d{1,10}$/.test(value) ? Number(value) : unrunnable("math: unable to convert the value to a number");
  if (bits > widthOf(address)) return unrunnable("math: a mask is out of range");
  return { ...address, value: address.value & maskOf(address.version, bits), prefix: Math.min(bits, address.prefix) };
};

export const calculate = (operation: string, value: string, address: IpAddress): IpAddress => {
  const bits = address.version === 4 ? 33 : 64;
  switch (operation.toLowerCase()) {
    case "address":
      return { ...address, value: inWidth(address.version, address.value + signed(value, bits)) };
    case "network":
      return { ...address, value: inWidth(address.version, withinNetwork(address, signed(value, bits))) };
    case "mask":
      return masked(address, value);
    default:
      return unrunnable("math: unsupported operation");
  }
};
