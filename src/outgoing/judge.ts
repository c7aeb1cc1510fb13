import { isIP } from "node:net";
import { bareHost } from "./addresses.ts";
import { AddressRefused } from "./errors.ts";
import type { Guard } from "./guard.ts";

/** Longer than name services take; what they have not said by then counts as not known. */
const PATIENCE_MS = 1500;

const lookedUp = (guard: Guard, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, PATIENCE_MS);
    guard.lookup(host, { all: true }, (cause) => {
      clearTimeout(timer);
      if (cause instanceof AddressRefused) reject(cause);
      else resolve();
    });
  });

/**
 * Judges a host when an operator writes it down, so that a mistake is told then and not at the first call; the call
 * itself judges again. A name that is not known, or not yet, passes. Throws `AddressRefused`. `host`: as a URL has it.
 */
export const judgeHost = async (guard: Guard, host: string): Promise<void> => {
  const bare = bareHost(host);
  guard.check(bare);
  if (isIP(bare) === 0) await lookedUp(guard, bare);
};

/** Why a URL cannot be the base of an API that an operator names. `plainHttp`: whether TLS may be missing. */
export const baseFault = (url: URL, plainHttp: boolean): string | undefined => {
  if (url.protocol !== "https:" && !(plainHttp && url.protocol === "http:")) return "it must begin with https://";
  const isBare = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  return isBare ? undefined : "it must have a host and a path, and nothing else";
};
