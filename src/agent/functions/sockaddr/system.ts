import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Address, Network, NetworkInterface } from "../sources.ts";

/** This machine's interfaces. Linux tells of their flags and of the default route in files; elsewhere they are guessed. */

/** Source: Linux, `include/uapi/linux/if.h`. */
const BITS: readonly (readonly [number, string])[] = [
  [0x1, "up"],
  [0x2, "broadcast"],
  [0x8, "loopback"],
  [0x10, "pointtopoint"],
  [0x40, "running"],
  [0x1000, "multicast"],
];

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
};

const numberOf = (name: string, file: string): number | undefined => {
  // A name with a slash is none of Linux's.
  const text = name.includes("/") ? undefined : textOf(`/sys/class/net/${name}/${file}`);
  const value = Number(text);
  return text === undefined || Number.isNaN(value) ? undefined : value;
};

const flagsOf = (name: string, internal: boolean): readonly string[] => {
  const bits = numberOf(name, "flags");
  if (bits !== undefined) return BITS.filter(([bit]) => (bits & bit) !== 0).map(([, flag]) => flag);
  return internal ? ["up", "loopback", "running"] : ["up", "broadcast", "multicast", "running"];
};

/** The interface of the first route to everywhere: `eth0 00000000 0102A8C0 0003 ...`. */
const defaultInterface = (): string | undefined =>
  textOf("/proc/net/route")
    ?.split("\n")
    .map((line) => line.split("\t"))
    .find(
      ([, destination, , flags]) => destination === "00000000" && (Number.parseInt(flags ?? "0", 16) & 1) !== 0,
    )?.[0];

export const systemNetwork = (): Network => {
  const interfaces = Object.entries(networkInterfaces()).map(([name, found = []], at): NetworkInterface => {
    const addresses = found.map(
      ({ address, cidr }): Address => ({ address, prefix: Number(cidr?.split("/")[1] ?? 32) }),
    );
    return {
      name,
      index: numberOf(name, "ifindex") ?? at + 1,
      mtu: numberOf(name, "mtu") ?? 1500,
      flags: flagsOf(
        name,
        found.some(({ internal }) => internal),
      ),
      addresses,
    };
  });
  const byDefault = defaultInterface();
  return {
    interfaces: interfaces.sort((a, b) => a.index - b.index),
    ...(byDefault && { defaultInterface: byDefault }),
  };
};
