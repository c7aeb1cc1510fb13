import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { AddressRefused, type Guard, NoConnection, type Resolve } from "../outgoing/index.ts";
import { codeOf } from "../std/error-code.ts";

/**
 * A name service. The system's own is the environment's and is not judged; one that an operator named is, like every
 * host that is dialled.
 */
export interface NameService {
  /** Texts of the name; empty: it has none. Throws `NoConnection` where nobody answers. */
  texts(name: string): Promise<readonly string[]>;
  /** The name that this one stands for; `undefined`: none. */
  alias(name: string): Promise<string | undefined>;
  readonly addresses: Resolve;
}

const NONE = new Set(["ENOTFOUND", "ENODATA"]);

const orNone = async <T>(ask: Promise<readonly T[]>): Promise<readonly T[]> => {
  try {
    return await ask;
  } catch (cause) {
    if (NONE.has(codeOf(cause))) return [];
    throw new NoConnection("the name service does not answer", { cause });
  }
};

const LOOK_MS = 2500;

/** Both families at once. One that nobody answers for does not hide the other. */
const addressesBy = async (resolver: Resolver, host: string): Promise<readonly string[]> => {
  const answers = await Promise.allSettled([orNone(resolver.resolve4(host)), orNone(resolver.resolve6(host))]);
  const found = answers.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  if (found.length > 0) return found;
  const failed = answers.find((one) => one.status === "rejected");
  throw failed ? failed.reason : Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
};

const open = (): Resolver => new Resolver({ timeout: LOOK_MS, tries: 2 });

/**
 * Addresses by the system's name service alone: no file of hosts, no domains to search, and no thread for each look-up.
 * The system's own way has four threads, which as many slow names would keep from everybody else, the table's included.
 */
export const addressesOnNetwork = (): Resolve => {
  const resolver = open();
  return (host) => addressesBy(resolver, host);
};

/** `address:port`, the address of IPv6 in brackets. `""`: the system's. Throws `AddressRefused`. */
export const nameServiceAt = (guard: Guard, at: string): NameService => {
  const resolver = open();
  if (at !== "") {
    const [, host = ""] = /^\[?([0-9a-f.:]+?)\]?:\d+$/i.exec(at) ?? [];
    if (isIP(host) === 0) throw new AddressRefused("not an address and a port");
    guard.check(host);
    resolver.setServers([at]);
  }
  return {
    texts: async (name) => (await orNone(resolver.resolveTxt(name))).map((parts) => parts.join("")),
    alias: async (name) => (await orNone(resolver.resolveCname(name)))[0],
    addresses: (host) => addressesBy(resolver, host),
  };
};
