import { type Acl, builtInPolicies, compileAcl, type Policy, parsePolicy } from "../../policy/index.ts";
import { type BoundedMap, createBoundedMap } from "../../std/bounded-map.ts";
import { untilWritten } from "../../storage/change.ts";
import { ACL_POLICY_PREFIX, DOMAINS, POLICY_PARTITION, policyAddress } from "../../storage/keys.ts";
import type { Address, Store } from "../../storage/store.ts";
import type { Config } from "../config/types.ts";
import { templateContext } from "../identity/template-context.ts";
import type { EntityView } from "../identity/types.ts";
import { fromSealed, toSealed } from "../sealed.ts";
import type { Policies, StoredPolicy } from "./types.ts";

/**
 * Policies by name, parsed once per epoch, compiled once per set of names (and identity, where a template asks for
 * it). A change raises the epoch, so nothing remembered here outlives it.
 */

const DOMAIN = DOMAINS.policy;
const MAX_ACLS = 1000;
const MAX_PARSED = 10_000;

interface Remembered {
  epoch: string;
  readonly parsed: BoundedMap<string, Policy | undefined>;
  /** By set of names, and by identity where a template asks for it. */
  readonly acls: BoundedMap<string, Acl>;
}

export const createPolicies = (options: { readonly store: Store; readonly config: Config }): Policies => {
  const { store, config } = options;
  const seen: Remembered = { epoch: "", parsed: createBoundedMap(MAX_PARSED), acls: createBoundedMap(MAX_ACLS) };

  const addressOf = async (name: string): Promise<Address> => policyAddress(await store.names(DOMAIN), name);

  const current = async (): Promise<Remembered> => {
    const { epoch } = await config.snapshot();
    if (seen.epoch !== epoch) {
      seen.epoch = epoch;
      seen.parsed.clear();
      seen.acls.clear();
    }
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

  const load = async (names: readonly string[]): Promise<readonly Policy[]> => {
    const { epoch, parsed } = await current();
    // Kept apart from what is remembered, which may drop one name while another is read.
    const found = new Map(names.flatMap((name) => (parsed.has(name) ? [[name, parsed.get(name)] as const] : [])));
    const missing = names.filter((name) => !found.has(name));
    for (let at = 0; at < missing.length; at += 100) {
      const slice = missing.slice(at, at + 100);
      const entries = await store.get(await Promise.all(slice.map(addressOf)));
      if (seen.epoch !== epoch) return load(names);
      slice.forEach((name, index) => {
        const body = entries[index]?.body;
        const stored = body === undefined || name === "root" ? undefined : fromSealed<StoredPolicy>(body).text;
        const policy = stored === undefined ? builtInPolicies.get(name) : parse(name, stored);
        parsed.set(name, policy);
        found.set(name, policy);
      });
    }
    return names.flatMap((name) => found.get(name) ?? []);
  };

  const acl = async (names: readonly string[], identity: EntityView | undefined): Promise<Acl> => {
    const { epoch, acls } = await current();
    const set = JSON.stringify(names);
    const forAll = acls.get(set);
    if (forAll && (!forAll.templated || !identity)) return forAll;
    const key = identity ? set + JSON.stringify(identity) : set;
    const known = acls.get(key);
    if (known) return known;
    const compiled = compileAcl(await load(names), identity && templateContext(identity));
    // Unless the policies were changed meanwhile: what is remembered is of one epoch.
    if (seen.epoch === epoch) acls.set(compiled.templated ? key : set, compiled);
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

  return { stored, getAll: load, list, change, remove, acl };
};
