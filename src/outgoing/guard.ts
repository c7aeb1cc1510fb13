import { lookup as systemLookup } from "node:dns";
import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { endsInNumber, inCidrs } from "../std/cidr.ts";
import { kindOf, plainAddress } from "./addresses.ts";
import { AddressRefused } from "./errors.ts";
import { NOBODY, type Watch } from "./watch.ts";

/**
 * Decides which hosts may be dialled, by the addresses they have. A name is looked up once, every address it has must
 * be allowed, and the connection goes to one of those addresses: a name that answers differently a moment later
 * changes nothing. It must never pass on an address that it has not checked.
 */

/** What may be dialled besides public addresses, and who hears of calls that fail. */
export interface Reach {
  /** This machine. */
  readonly loopback: boolean;
  /** Private ranges in CIDR notation. They never open loopback, link-local or metadata addresses. */
  readonly ranges: readonly string[];
  readonly watch?: Watch;
}

/** Public addresses only. */
export const PUBLIC: Reach = { loopback: false, ranges: [] };

/** What a program on a developer's machine may dial: itself and the networks around it. */
export const NEARBY: Reach = {
  loopback: true,
  ranges: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
};

/** The addresses of a name, as text. Throws what the name service throws. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const resolveBySystem: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export interface Guard {
  /** Throws `AddressRefused` for a host that need not be looked up to see that it may not be dialled. */
  check(host: string): void;
  /** For `lookup` of `net.connect` and its kin; they ask it for every host that is not an address. */
  readonly lookup: LookupFunction;
  /** Told of every call through this guard that fails. */
  readonly watch: Watch;
}

const mayDial = (reach: Reach, address: string): boolean => {
  const plain = plainAddress(address);
  if (plain === undefined) return false;
  const kind = kindOf(plain);
  if (kind === "public") return true;
  return (kind === "loopback" && reach.loopback) || (kind === "private" && inCidrs(plain, reach.ranges));
};

const NAME = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_.])?$/i;

const checkHost = (reach: Reach, host: string): void => {
  if (isIP(host) !== 0) {
    if (!mayDial(reach, host)) throw new AddressRefused("the address is in a range that is refused");
  } else if (!NAME.test(host)) throw new AddressRefused("not a host name");
  else if (endsInNumber(host)) throw new AddressRefused("an address must be written in plain digits");
};

const resolveChecked = async (reach: Reach, resolve: Resolve, host: string) => {
  checkHost(reach, host);
  const addresses = await resolve(host);
  if (addresses.length === 0 || !addresses.every((address) => mayDial(reach, address)))
    throw new AddressRefused("the name has an address in a range that is refused");
  return addresses.map((address) => ({ address, family: isIP(address) }));
};

export const createGuard = (reach: Reach, resolve: Resolve = resolveBySystem): Guard => ({
  watch: reach.watch ?? NOBODY,
  check: (host) => checkHost(reach, host),
  lookup: (host, options, done) => {
    resolveChecked(reach, resolve, host).then(
      (found) => {
        const [first] = found;
        if (options.all === true) setImmediate(done, null, found);
        else setImmediate(done, null, first?.address ?? "", first?.family);
      },
      (cause: unknown) => setImmediate(done, cause instanceof Error ? cause : new AddressRefused("unknown"), ""),
    );
  },
});

/**
 * Judges nothing. Only for hosts that are in code or in an operator's environment, which may have private addresses
 * for good reasons: an interface endpoint of AWS gives the public names of a service addresses inside the VPC.
 */
export const UNGUARDED: Guard = { check: () => undefined, lookup: systemLookup, watch: NOBODY };
