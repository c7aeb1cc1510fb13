import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { canonicalPolicyNames } from "../../policy/names.ts";
import type { Address, View } from "../../storage/store.ts";
import type { Config } from "./config-fields.ts";
import { canonicalName } from "./names.ts";

/** What operators say about users and groups of the directory: the policies they get, and groups besides its own. */

export type Kind = "user" | "group";

const policies = field.commaList("Policies of the tokens.");
export const groupShape = { policies };
export const userShape = { groups: field.commaList("Groups besides those of the directory."), policies };

const groupInput = z.object(groupShape);
const userInput = z.object(userShape);

export const GroupShown = z.object({ policies: z.array(z.string()) });
export const UserShown = z.object({ groups: z.string(), policies: z.array(z.string()) });

const storedMapping = z.object({ policies: z.array(z.string()), groups: z.array(z.string()) });
export type Mapping = z.output<typeof storedMapping>;

/** `name` is canonical. */
export const mappingAddress = (storage: View, kind: Kind, name: string): Address =>
  storage.at(`${kind}/${encodeURIComponent(name)}`);

/**
 * The name of a path as it is kept. `given`: as sent, which counts where case does; `folded`: as policies see it. Throws
 * where the name has another form still: policies would have seen that one.
 */
export const nameOf = (config: Config, given: string, folded: string): string => {
  const wanted = config.case_sensitive_names ? given.trim() : folded;
  if (canonicalName(wanted, config.case_sensitive_names) === wanted) return wanted;
  throw invalidRequest("the name must be written plainly, without doubled spaces or letters of compatibility");
};

export const listMappings = async (storage: View, kind: Kind): Promise<readonly string[]> =>
  (await storage.list(`${kind}/`)).map(decodeURIComponent).sort();

export const findMapping = async (storage: View, kind: Kind, name: string): Promise<Mapping | undefined> => {
  const entry = await storage.get(mappingAddress(storage, kind, name));
  return entry && storedMapping.parse(entry.body);
};

const AT_ONCE = 100;

/** The policies of groups by their canonical names; a group without a mapping adds nothing. */
export const policiesOfGroups = async (storage: View, names: readonly string[]): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const addresses = names.slice(at, at + AT_ONCE).map((name) => mappingAddress(storage, "group", name));
    for (const entry of await storage.getMany(addresses))
      if (entry) found.push(...storedMapping.parse(entry.body).policies);
  }
  return found;
};

export const removeMapping = (storage: View, kind: Kind, name: string): Promise<void> =>
  storage.write([{ op: "delete", address: mappingAddress(storage, kind, name), when: "any" }]);

const policiesIn = (names: readonly string[] = []): string[] => {
  const canonical = canonicalPolicyNames(names);
  if (canonical.includes("root")) throw invalidRequest("auth methods cannot create root tokens");
  return canonical;
};

const groupsIn = (names: readonly string[], caseSensitive: boolean): string[] => {
  const kept = names.map((name) => name.trim()).filter((name) => name !== "");
  return [...new Set(kept.map((name) => canonicalName(name, caseSensitive) ?? refuseGroup()))].sort();
};

const refuseGroup = (): never => {
  throw invalidRequest("a group's name must be printable and have at most 512 characters");
};

const replace = (storage: View, kind: Kind, name: string, body: Mapping): Promise<void> =>
  storage.write([{ op: "put", address: mappingAddress(storage, kind, name), body, when: "any" }]);

/** Replaces the mapping of a group. */
export const writeGroup = (storage: View, name: string, input: z.output<typeof groupInput>): Promise<void> =>
  replace(storage, "group", name, { policies: policiesIn(input.policies), groups: [] });

/** Replaces the mapping of a user. */
export const writeUser = (
  storage: View,
  config: Config,
  name: string,
  input: z.output<typeof userInput>,
): Promise<void> =>
  replace(storage, "user", name, {
    policies: policiesIn(input.policies),
    groups: groupsIn(input.groups ?? [], config.case_sensitive_names),
  });
