import { canonicalCidr } from "../../std/cidr.ts";

/** Address ranges of roles and secret ids. Lists are kept as written. */

/** A range with its length: a bare address is none. */
export const isRange = (text: string): boolean => text.includes("/") && canonicalCidr(text) !== undefined;

interface Block {
  readonly bits: number;
  /** The address as one number, host bits cut off. */
  readonly network: bigint;
  readonly size: number;
}

const ipv4 = (text: string): bigint => text.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);

/** From the shortest form, which `canonicalCidr` gives: hexadecimal groups, at most one `::`. */
const ipv6 = (text: string): bigint => {
  const [head = "", tail] = text.split("::", 2);
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const left = groups(head);
  const right = groups(tail ?? "");
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return all.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
};

const blockOf = (text: string): Block | undefined => {
  const canonical = canonicalCidr(text);
  if (canonical === undefined) return undefined;
  const [address = "", length] = canonical.split("/", 2);
  const size = address.includes(":") ? 128 : 32;
  const bits = length === undefined ? size : Number(length);
  const shift = BigInt(size - bits);
  return { bits, size, network: ((size === 32 ? ipv4(address) : ipv6(address)) >> shift) << shift };
};

const holds = (outer: Block, inner: Block): boolean => {
  const shift = BigInt(outer.size - outer.bits);
  return outer.size === inner.size && outer.bits <= inner.bits && inner.network >> shift === outer.network >> shift;
};

/**
 * Whether each inner range is inside one of the outer ones. An unreadable range is inside none and contains nothing.
 */
export const liesWithin = (inner: readonly string[], outer: readonly string[]): boolean => {
  const blocks = outer.map(blockOf);
  return inner.every((text) => {
    const block = blockOf(text);
    return block !== undefined && blocks.some((one) => one !== undefined && holds(one, block));
  });
};
