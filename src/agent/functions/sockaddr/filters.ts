import { compareText, unrunnable } from "../../../go-template/index.ts";
import { contains, fullText, type IpAddress, maskFor, networkOf, widthOf } from "./address.ts";
import type { IfAddr } from "./interfaces.ts";
import { isForwardable, isInRfc, isPrivate } from "./rfcs.ts";

/** `include`, `exclude` and `sort` of addresses. */

type Test = (one: IfAddr) => boolean;

/** Several tests in a row: each address that passes one is in, each that fails one is out, so that it may be both. */
type Tests = readonly Test[];

const TYPES = new Set(["ip", "ipv4", "ipv6", "unix"]);

const ofType =
  (kind: string): Test =>
  ({ address }) =>
    kind === "ip" || kind === `ipv${address.version}`;

const inBlock = ({ value, version }: IpAddress, block: string): boolean =>
  contains(networkOf(block), { value, version, prefix: widthOf({ version }) });

const isMulticast = (address: IpAddress): boolean => inBlock(address, "224.0.0.0/4") || inBlock(address, "ff00::/8");
const isLoopback = (address: IpAddress): boolean => inBlock(address, "127.0.0.0/8") || inBlock(address, "::1/128");
const isLinkLocal = (address: IpAddress): boolean =>
  inBlock(address, "169.254.0.0/16") || inBlock(address, "fe80::/10");
const isUnspecified = ({ value }: IpAddress): boolean => value === 0n;
const isGlobal = (address: IpAddress): boolean =>
  !isMulticast(address) &&
  !isLoopback(address) &&
  !isLinkLocal(address) &&
  !isUnspecified(address) &&
  !inBlock(address, "255.255.255.255/32");

/** What a flag asks of the interface, and what of the address. */
const FLAGS: ReadonlyMap<string, { readonly device?: string; readonly address?: (address: IpAddress) => boolean }> =
  new Map([
    ["broadcast", { device: "broadcast" }],
    ["down", { device: "" }],
    ["forwardable", { address: isForwardable }],
    ["global unicast", { address: isGlobal }],
    ["interface-local multicast", { address: (address) => inBlock(address, "ff01::/16") }],
    [
      "link-local multicast",
      { address: (address) => inBlock(address, "224.0.0.0/24") || inBlock(address, "ff02::/16") },
    ],
    ["link-local unicast", { address: isLinkLocal }],
    ["loopback", { device: "loopback", address: isLoopback }],
    ["multicast", { device: "multicast", address: isMulticast }],
    ["point-to-point", { device: "pointtopoint" }],
    ["unspecified", { address: isUnspecified }],
    ["up", { device: "up" }],
  ]);

/** An interface must have all the flags; an address passes as well if it is of any of the kinds. */
const withFlags = (text: string): Tests => {
  const wanted = text
    .toLowerCase()
    .split("|")
    .map((name) => FLAGS.get(name) ?? unrunnable("unknown interface flag"));
  const asked = wanted.map(({ device }) => device).filter((device) => device !== undefined);
  // `down` takes `up` out of what was asked before it.
  const devices = asked.filter((device, at) => device !== "up" || !asked.slice(at).includes(""));
  const kinds = wanted.map(({ address }) => address).filter((kind) => kind !== undefined);
  const hasAll: Test = ({ device }) =>
    devices.length > 0 && devices.every((flag) => flag === "" || device.flags.includes(flag));
  return [(one) => hasAll(one) || kinds.some((kind) => kind(one.address))];
};

const bySize = (text: string): Tests => {
  const bits = /^\d{1,9}$/.test(text) ? Number(text) : unrunnable("invalid size");
  return [
    ({ address }) => (bits > widthOf(address) ? unrunnable("a mask's size is out of bounds") : address.prefix === bits),
  ];
};

const byRfc = (text: string): Tests =>
  text.split("|").map(
    (rfc) =>
      ({ address }) =>
        isInRfc(rfc, address) ?? unrunnable("unsupported RFC"),
  );

/** `matching` compiles an expression. */
export const testsOf = (
  selector: string,
  text: string,
  matching: (source: string) => (text: string) => boolean,
): Tests => {
  switch (selector.toLowerCase()) {
    case "address": {
      const matches = matching(text);
      return [({ address }) => matches(fullText(address))];
    }
    case "name": {
      const matches = matching(text);
      return [({ device }) => matches(device.name)];
    }
    case "port": {
      const matches = matching(text);
      return [() => matches("0")];
    }
    case "flag":
    case "flags":
      return withFlags(text);
    case "network":
      return text.split("|").map((network) => {
        const known = networkOf(network);
        return ({ address }) => contains(known, address);
      });
    case "rfc":
    case "rfcs":
      return byRfc(text);
    case "size":
      return bySize(text);
    case "type":
      return text
        .toLowerCase()
        .split("|")
        .map((kind) => (TYPES.has(kind) ? ofType(kind) : unrunnable("unsupported type")));
    default:
      return unrunnable("invalid selector");
  }
};

/** Types are tried one after the other for each address; other selectors for all addresses. */
export const filtered = (
  list: readonly IfAddr[],
  tests: Tests,
  byAddress: boolean,
  wanted: boolean,
): readonly IfAddr[] =>
  byAddress
    ? list.flatMap((one) => tests.filter((test) => test(one) === wanted).map(() => one))
    : tests.flatMap((test) => list.filter((one) => test(one) === wanted));

type Order = (a: IfAddr, b: IfAddr) => number;

const compare = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0);

const sameVersion =
  (order: (a: IpAddress, b: IpAddress) => number): Order =>
  ({ address: a }, { address: b }) =>
    a.version === b.version ? order(a, b) : 0;

const orders = (defaultInterface: string | undefined): ReadonlyMap<string, Order> =>
  new Map<string, Order>([
    ["address", sameVersion((a, b) => compare(a.value, b.value))],
    [
      "default",
      (a, b) => compare(Number(b.device.name === defaultInterface), Number(a.device.name === defaultInterface)),
    ],
    ["name", (a, b) => compareText(a.device.name, b.device.name)],
    ["port", () => 0],
    ["private", sameVersion((a, b) => compare(Number(isPrivate(b)), Number(isPrivate(a))))],
    ["size", sameVersion((a, b) => compare(maskFor(a), maskFor(b)))],
    ["type", (a, b) => compare(a.address.version, b.address.version)],
  ]);

/** `-name,size` */
export const sorted = (
  list: readonly IfAddr[],
  clauses: string,
  defaultInterface: string | undefined,
): readonly IfAddr[] => {
  const known = orders(defaultInterface);
  const all = clauses.split(",").map((clause) => {
    const text = clause.trim().toLowerCase();
    const order = known.get(text.replace(/^[+-]/, "")) ?? unrunnable("unknown sort type");
    return text.startsWith("-") ? (a: IfAddr, b: IfAddr) => -order(a, b) : order;
  });
  return [...list].sort((a, b) => {
    for (const order of all) {
      const found = order(a, b);
      if (found !== 0) return found;
    }
    return 0;
  });
};
