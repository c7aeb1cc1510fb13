import { invalidRequest } from "../../framework/index.ts";
import {
  type Acl,
  builtInPolicies,
  compileAcl,
  type Policy,
  PolicyError,
  parsePolicy,
  type TemplateContext,
} from "../../policy/index.ts";
import { DOMAINS, POLICY_PARTITION, policyAddress } from "../../storage/keys.ts";
import type { Address, Store } from "../../storage/store.ts";
import type { Config } from "../config/types.ts";
import type { EntityView } from "../identity/types.ts";
import { fromSealed } from "../sealed.ts";
import type { Policies } from "./types.ts";

/**
 * Policies by name, parsed once per epoch, compiled once per set of names (and identity, where a template asks for
 * it). A change raises the epoch, so nothing remembered here outlives it.
 */

const DOMAIN = DOMAINS.policy;
const MAX_ACLS = 1000;

interface Remembered {
  epoch: string;
  readonly parsed: Map<string, Policy | undefined>;
  readonly acls: Map<string, Acl>;
}

const templateContext = (entity: EntityView): TemplateContext => ({
  entity: {
    id: entity.id,
    name: entity.name,
    metadata: entity.metadata,
    aliases: Object.fromEntries(
      entity.aliases.map((alias) => [
        alias.mountAccessor,
        { id: alias.id, name: alias.name, metadata: alias.metadata, customMetadata: alias.customMetadata },
      ]),
    ),
  },
  groups: entity.groups,
});

export const createPolicies = (options: { readonly store: Store; readonly config: Config }): Policies => {
  const { store, config } = options;
  const seen: Remembered = { epoch: "", parsed: new Map(), acls: new Map() };

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
    const missing = names.filter((name) => !parsed.has(name));
    for (let at = 0; at < missing.length; at += 100) {
      const slice = missing.slice(at, at + 100);
      const entries = await store.get(await Promise.all(slice.map(addressOf)));
      if (seen.epoch !== epoch) return load(names);
      slice.forEach((name, index) => {
        const body = entries[index]?.body;
        const stored = body === undefined || name === "root" ? undefined : fromSealed<{ text: string }>(body).text;
        parsed.set(name, stored === undefined ? builtInPolicies.get(name) : parse(name, stored));
      });
    }
    return names.flatMap((name) => parsed.get(name) ?? []);
  };

  const acl = async (names: readonly string[], identity: EntityView | undefined): Promise<Acl> => {
    const { acls } = await current();
    const policies = await load(names);
    const templated = policies.some((policy) => policy.templated);
    const key = JSON.stringify([names, templated ? identity : null]);
    const known = acls.get(key);
    if (known) return known;
    const compiled = compileAcl(policies, identity && templateContext(identity));
    if (acls.size >= MAX_ACLS) acls.delete(acls.keys().next().value ?? "");
    acls.set(key, compiled);
    return compiled;
  };

  const list = async (): Promise<readonly string[]> => {
    const names = new Set(["default", "root"]);
    let after: string | undefined;
    do {
      const page = await store.query(POLICY_PARTITION, DOMAIN, {
        prefix: "acl#",
        ...(after === undefined ? {} : { after }),
      });
      for (const entry of page.items) names.add(fromSealed<{ name: string }>(entry.body).name);
      after = page.next;
    } while (after !== undefined);
    return [...names].sort();
  };

  const put = async (name: string, text: string): Promise<void> => {
    try {
      parsePolicy(name, text);
    } catch (cause) {
      if (cause instanceof PolicyError) throw invalidRequest(cause.wire, { cause });
      throw cause;
    }
    await config.change([{ op: "put", address: await addressOf(name), body: { name, text }, when: "any" }]);
  };

  const remove = async (name: string): Promise<void> => {
    await config.change([{ op: "delete", address: await addressOf(name), when: "any" }]);
  };

  return { get: async (name) => (await load([name]))[0], list, put, remove, acl };
};
