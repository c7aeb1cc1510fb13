import { Struct, types, unrunnable, type Value } from "../../../go-template/index.ts";
import type { Network, NetworkInterface } from "../sources.ts";
import {
  addressOf,
  bareText,
  firstOf,
  fullText,
  hostBits,
  type IpAddress,
  lastOf,
  maskFor,
  valueText,
  widthOf,
} from "./address.ts";

/** Addresses of interfaces, and the attributes that templates ask them for. */

const IF_ADDR = types.structOf("sockaddr.IfAddr", { Name: types.string, Index: types.int, MTU: types.int });
export const IF_ADDRS = types.listOf(IF_ADDR, "sockaddr.IfAddrs");

export class IfAddr extends Struct {
  readonly address: IpAddress;
  readonly device: NetworkInterface;
  constructor(address: IpAddress, device: NetworkInterface) {
    const { name, index, mtu } = device;
    super(IF_ADDR, { Name: name, Index: BigInt(index), MTU: BigInt(mtu) }, {}, `${fullText(address)} ${name}`);
    this.address = address;
    this.device = device;
  }
}

export const allOf = ({ interfaces }: Network): readonly IfAddr[] =>
  interfaces.flatMap((device) =>
    device.addresses
      .map(({ address, prefix }) => addressOf(address.replace(/%.*$/, ""), prefix))
      .filter((address) => address !== undefined)
      .map((address) => new IfAddr(address, device)),
  );

/** In the order in which Go names them. */
const FLAGS = ["up", "broadcast", "loopback", "pointtopoint", "multicast", "running"];
const flagsText = ({ flags }: NetworkInterface): string =>
  FLAGS.filter((flag) => flags.includes(flag)).join("|") || "0";

/** The first and last address of a network and the one for all are left out, where there is room for that. */
const usable = (address: IpAddress, end: "first" | "last"): bigint => {
  const spare = address.version === 4 && address.prefix < 31 ? 1n : 0n;
  return end === "first" ? firstOf(address) + spare : lastOf(address) - spare;
};

const octets = ({ version, value }: IpAddress): readonly bigint[] =>
  Array.from({ length: version === 4 ? 4 : 16 }, (_, at) => value >> BigInt((version === 4 ? 24 : 120) - 8 * at)).map(
    (part) => part & 0xffn,
  );

type Read = (address: IpAddress, device: NetworkInterface) => string;

const show =
  (pick: (address: IpAddress) => bigint): Read =>
  (address) =>
    valueText(address.version, pick(address));

const ofVersion =
  (version: 4 | 6, read: Read): Read =>
  (address, device) =>
    address.version === version ? read(address, device) : unrunnable("unsupported attribute name");

const ATTRIBUTES: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["name", (_, { name }) => name],
  ["flags", (_, device) => flagsText(device)],
  ["address", bareText],
  ["host", bareText],
  ["string", fullText],
  ["type", ({ version }) => `IPv${version}`],
  ["binary", (address) => address.value.toString(2).padStart(widthOf(address), "0")],
  ["hex", (address) => address.value.toString(16).padStart(widthOf(address) / 4, "0")],
  ["first_usable", show((address) => usable(address, "first"))],
  ["last_usable", show((address) => usable(address, "last"))],
  ["mask_bits", ({ prefix }) => String(prefix)],
  ["netmask", show(maskFor)],
  ["network", show(firstOf)],
  ["octets", (address) => octets(address).join(" ")],
  ["port", () => "0"],
  ["size", (address) => String(hostBits(address) + 1n)],
  ["broadcast", ofVersion(4, show(lastOf))],
  ["uint32", ofVersion(4, ({ value }) => String(value))],
  ["uint128", ofVersion(6, ({ value }) => String(value))],
]);

export const attribute = ({ address, device }: IfAddr, name: string): string => {
  const read = ATTRIBUTES.get(name.toLowerCase()) ?? unrunnable("unsupported attribute name");
  return read(address, device);
};

export const asIfAddr = (value: Value): IfAddr =>
  value instanceof IfAddr ? value : unrunnable("expected addresses of interfaces");
