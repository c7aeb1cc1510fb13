import { SPACES } from "../contract/table.ts";
import { type Keyring, KeysUnavailable } from "../crypto/index.ts";
import type { MountId } from "../std/brand.ts";
import { broken, translateCrypto } from "./errors.ts";
import { DOMAINS } from "./keys.ts";
import type { Domain } from "./store.ts";

/** Which domain an item belongs to, and which domains this process may use. */

const CORE_SPACES: ReadonlyMap<string, Domain> = new Map<string, Domain>([
  [SPACES.token, DOMAINS.token],
  [SPACES.accessor, DOMAINS.token],
  [SPACES.spent, DOMAINS.token],
  [SPACES.lease, DOMAINS.lease],
  [SPACES.leases, DOMAINS.lease],
  [SPACES.config, DOMAINS.config],
  [SPACES.epoch, DOMAINS.config],
  [SPACES.policy, DOMAINS.policy],
  [SPACES.entity, DOMAINS.identity],
  [SPACES.challenge, DOMAINS.challenge],
]);

/** Whether a domain is a mount's id (`<type>:<random>`). */
export const isMountDomain = (domain: string): domain is MountId => domain.includes(":");

/** Whose newest keys are kept in one item: a core domain's alone, those of all mounts of a type together (`kv:`). */
export const familyOf = (domain: string): string =>
  isMountDomain(domain) ? domain.slice(0, domain.indexOf(":") + 1) : domain;

/** The families that a list of domains names whole; `*` alone names none, being about making keys. */
export const familiesIn = (allowed: readonly string[]): readonly string[] => {
  const named = allowed.map((one) => (one.endsWith("*") ? one.slice(0, -1) : one));
  return [...new Set(named.filter((one) => one !== "" && familyOf(one) === one))];
};

/**
 * The domain of an item by its partition key; `undefined` for anything that is not a sealed entry or opens only for its
 * holder.
 */
export const domainOf = (pk: string): Domain | undefined => {
  const [space = "", owner = ""] = pk.split("#", 2);
  const core = CORE_SPACES.get(space);
  if (core !== undefined) return core;
  if (space === SPACES.key || space === SPACES.cubbyhole) return undefined;
  return isMountDomain(owner) ? owner : undefined;
};

export const allows = (allowed: readonly string[] | undefined, domain: string): boolean =>
  allowed === undefined ||
  allowed.some((one) => (one.endsWith("*") ? domain.startsWith(one.slice(0, -1)) : one === domain));

/**
 * A keyring that refuses the domains this process has no business with, before any key is asked for, and that fails in
 * the words of storage. KMS enforces the same by the encryption context; this is the second lock.
 */
export const limitDomains = (
  keyring: Keyring,
  allowed: readonly string[] | undefined,
  onUnavailable: (reason: string) => void,
): Keyring => {
  const guarded =
    <A extends readonly unknown[], T>(use: (domain: string, ...rest: A) => Promise<T>) =>
    async (domain: string, ...rest: A): Promise<T> => {
      if (!allows(allowed, domain)) throw broken(`domain ${domain} is not for this function`);
      try {
        return await use(domain, ...rest);
      } catch (error) {
        if (error instanceof KeysUnavailable) onUnavailable(error.message);
        throw translateCrypto(error, `a key of ${domain}`);
      }
    };
  return {
    make: guarded(keyring.make),
    current: guarded(keyring.current),
    version: guarded(keyring.version),
    names: guarded(keyring.names),
    begin: (domain, what) => {
      // Whoever then asks for it is refused.
      const begun = allows(allowed, domain) ? keyring.begin(domain, what) : undefined;
      return begun && (() => guarded(begun)(domain));
    },
    beginFew: (fits, most) => keyring.beginFew((domain) => allows(allowed, domain) && fits(domain), most),
    rotate: guarded(keyring.rotate),
    shred: guarded(keyring.shred),
    drop: keyring.drop,
  };
};
