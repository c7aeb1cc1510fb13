import { type Acl, builtInPolicies, compileAcl, type Policy, parsePolicy } from "../../policy/index.ts";
import { type BoundedMap, createBoundedMap } from "../../std/bounded-map.ts";
import { untilWritten } from "../../storage/change.ts";
import { ACL_POLICY_PREFIX, DOMAINS, POLICY_PARTITION, policyAddress } from "../../storage/keys.ts";
import type { Address, Entry, Store } from "../../storage/store.ts";
import type { Config } from "../config/types.ts";
import { templateContext } from "../identity/template-context.ts";
import type { EntityView } from "../identity/types.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Policies, StoredPolicy } from "./types.ts";

/**
 * Policies by name, parsed once, compiled once per set of names (and identity, where a template asks for it). A change
 * raises the epoch, and nothing it touched outlives that here: the policies it changed are dropped, all of them where it
 * is not known which, and with any policy everything that was compiled. A process that begins reads the first of them in
 * one page, whoever asks: by name they could not be read before the token and its entity are.
 */

const DOMAIN = DOMAINS.policy;
const MAX_ACLS = 1000;
/** Of one entity. */
const MAX_FILLED_IN = 100;
const MAX_PARSED = 10_000;
/** Read side by side, a hundred in each call. */
const AT_ONCE = 1000;

/** Most tables have fewer; of one with more, those that the page lacks are read by name. */
const FIRST_PAGE = 50;

/** Policies as a page had them, by sort key. `whole`: there are no others. */
interface First {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly whole: boolean;
}

interface Parsed {
  readonly policy: Policy | undefined;
  /** What changes are told by. */
  readonly sk: string;
}

interface Remembered {
  epoch: string;
  /** Of this epoch. */
  first: First | undefined;
  readonly parsed: BoundedMap<string, Parsed>;
  /** The names in `parsed` by sort key: every one of them, and no others. */
  readonly names: Map<string, string>;
  /** By set of names. */
  readonly acls: BoundedMap<string, Acl>;
  /** Those with templates, by whom they were filled in for: the same object for as long as it is the same entity. */
  filledIn: WeakMap<EntityView, BoundedMap<string, Acl>>;
}

const nothing = (): Remembered => {
  const names = new Map<string, string>();
  return {
    epoch: "",
    first: undefined,
    parsed: createBoundedMap(MAX_PARSED, ({ sk }) => names.delete(sk)),
    names,
    acls: createBoundedMap(MAX_ACLS),
    filledIn: new WeakMap(),
  };
};

export const createPolicies = (options: { readonly store: Store; readonly config: Config }): Policies => {
  const { store, config } = options;
  const seen = nothing();
  let reading: Promise<{ readonly epoch: string; readonly first: First } | undefined> | undefined;

  const addressOf = async (name: string): Promise<Address> => policyAddress(await store.names(DOMAIN), name);

  const forget = (epoch: string, changed: readonly string[] | undefined): void => {
    seen.epoch = epoch;
    seen.first = undefined;
    if (changed?.length !== 0) {
      seen.acls.clear();
      seen.filledIn = new WeakMap();
    }
    if (changed === undefined) seen.parsed.clear();
    for (const sk of changed ?? []) seen.parsed.delete(seen.names.get(sk) ?? "");
  };

  const current = async (): Promise<Remembered> => {
    const { epoch } = await config.snapshot();
    if (seen.epoch !== epoch) forget(epoch, config.policiesSince(seen.epoch));
    return seen;
  };

  const parse = (name: string, text: string): Policy | undefined => {
    try {
      return parsePolicy(name, text);
    } catch {
      // Written by an older grammar; a policy that cannot be read grants nothing.
      return undefined;
    }
  };

  const readFirst = async (epoch: Promise<string>) => {
    const page = store.query(POLICY_PARTITION, DOMAIN, { prefix: ACL_POLICY_PREFIX, limit: FIRST_PAGE });
    try {
      const [label, { items, next }] = await Promise.all([epoch, page]);
      const entries = new Map(items.map((entry) => [entry.address.sk, entry]));
      return { epoch: label, first: { entries, whole: next === undefined } };
    } catch {
      // Whoever needs a policy reads it by name, and is told.
      return undefined;
    }
  };

  const read = async (addresses: readonly Address[]): Promise<readonly (Entry | undefined)[]> => {
    const { first } = seen;
    if (first && addresses.every(({ sk }) => first.whole || first.entries.has(sk)))
      return addresses.map(({ sk }) => first.entries.get(sk));
    return store.get(addresses);
  };

  const load = async (names: readonly string[]): Promise<readonly Policy[]> => {
    const { epoch, parsed, names: known } = await current();
    const begun = await reading;
    reading = undefined;
    if (begun?.epoch === seen.epoch) seen.first = begun.first;
    // Kept apart from what is remembered, which may drop one name while another is read.
    const found = new Map<string, Policy | undefined>();
    for (const name of names) {
      const one = parsed.get(name);
      if (one) found.set(name, one.policy);
    }
    const missing = names.filter((name) => !found.has(name));
    for (let at = 0; at < missing.length; at += AT_ONCE) {
      const slice = missing.slice(at, at + AT_ONCE);
      const addresses = await Promise.all(slice.map(addressOf));
      const entries = await read(addresses);
      if (seen.epoch !== epoch) return load(names);
      slice.forEach((name, index) => {
        const body = entries[index]?.body;
        const stored = body === undefined || name === "root" ? undefined : fromSealed<StoredPolicy>(body).text;
        const policy = stored === undefined ? builtInPolicies.get(name) : parse(name, stored);
        const { sk = "" } = addresses[index] ?? {};
        parsed.set(name, { policy, sk });
        known.set(sk, name);
        found.set(name, policy);
      });
    }
    return names.flatMap((name) => found.get(name) ?? []);
  };

  const filledInFor = (identity: EntityView): BoundedMap<string, Acl> => {
    const known = seen.filledIn.get(identity) ?? createBoundedMap<string, Acl>(MAX_FILLED_IN);
    seen.filledIn.set(identity, known);
    return known;
  };

  const acl = async (names: readonly string[], identity: EntityView | undefined): Promise<Acl> => {
    const { epoch, acls } = await current();
    const set = JSON.stringify(names);
    const forAll = acls.get(set);
    if (forAll && (!forAll.templated || !identity)) return forAll;
    const known = identity && filledInFor(identity).get(set);
    if (known) return known;
    const compiled = compileAcl(await load(names), identity && templateContext(identity));
    // Unless the policies were changed meanwhile: what is remembered is of one epoch.
    if (seen.epoch === epoch) (compiled.templated && identity ? filledInFor(identity) : acls).set(set, compiled);
    return compiled;
  };

  const list = async (): Promise<readonly string[]> => {
    const names = new Set(["default", "root"]);
    for await (const entry of store.all({ pk: POLICY_PARTITION, domain: DOMAIN }, { prefix: ACL_POLICY_PREFIX })) {
      names.add(fromSealed<StoredPolicy>(entry.body).name);
    }
    return [...names].sort();
  };

  const find = async (address: Address) => (await store.get([address]))[0];

  const stored: Policies["stored"] = async (name) => {
    const entry = await find(await addressOf(name));
    return entry && fromSealed<StoredPolicy>(entry.body);
  };

  const change: Policies["change"] = async (name, make) => {
    const address = await addressOf(name);
    await untilWritten(async () => {
      const entry = await find(address);
      const body = toSealed(make(entry && fromSealed<StoredPolicy>(entry.body)));
      await config.change([{ op: "put", address, body, when: entry ? { n: entry.n } : "absent" }]);
    });
  };

  const remove = async (name: string): Promise<void> => {
    await config.change([{ op: "delete", address: await addressOf(name), when: "any" }]);
  };

  const begin: Policies["begin"] = (epoch) => {
    store.expect("names", DOMAIN);
    reading = readFirst(epoch);
  };

  return { stored, getAll: load, list, change, remove, begin, acl };
};
