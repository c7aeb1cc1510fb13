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

/** `address:port`, the address of IPv6 in brackets. `""`: the system's. Throws `AddressRefused`. */
export const nameServiceAt = (guard: Guard, at: string): NameService => {
  const resolver = new Resolver({ timeout: LOOK_MS, tries: 2 });
  if (at !== "") {
    const [, host = ""] = /^\[?([0-9a-f.:]+?)\]?:\d+$/i.exec(at) ?? [];
    if (isIP(host) === 0) throw new AddressRefused("not an address and a port");
    guard.check(host);
    resolver.setServers([at]);
  }
  return {
    texts: async (name) => (await orNone(resolver.resolveTxt(name))).map((parts) => parts.join("")),
    alias: async (name) => (await orNone(resolver.resolveCname(name)))[0],
    addresses: async (host) => {
      const [four, six] = await Promise.all([orNone(resolver.resolve4(host)), orNone(resolver.resolve6(host))]);
      if (four.length + six.length === 0) throw Object.assign(new Error("no such host"), { code: "ENOTFOUND" });
      return [...four, ...six];
    },
  };
};
