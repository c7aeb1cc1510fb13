import { z } from "zod";
import { foundKeys, Keys } from "../../framework/answers.ts";
import { type AnyPath, type BackendContext, field, folded, invalidRequest, op, path } from "../../framework/index.ts";
import { canonicalPolicyNames } from "../../policy/names.ts";
import { FOLDS } from "../../std/fold.ts";
import type { Address, View } from "../../storage/store.ts";

/**
 * `map/teams` and `map/users`: which policies a team's members or a user get. Keys are names in GitHub's addresses, in
 * any case; the key `default` applies to every login.
 */

export type MapName = "teams" | "users";

/** The key of everybody. */
const EVERYBODY = "default";
/** Names as they appear in addresses: a team's name with spaces is not one, its slug is. */
const KEY = /^[\w-]{1,255}$/;
/** Entries read in one call. */
const AT_ONCE = 100;

const Mapping = z.object({ key: z.string(), value: z.string() });

const prefix = (map: MapName): string => `map/${map}/`;
const addressOf = (storage: View, map: MapName, key: string): Address => storage.at(`${prefix(map)}${key}`);

const find = async (storage: View, map: MapName, key: string): Promise<z.output<typeof Mapping> | undefined> => {
  const entry = await storage.get(addressOf(storage, map, key));
  return entry && Mapping.parse(entry.body);
};

const namesIn = (value: string): readonly string[] => canonicalPolicyNames(value.split(","));

/** The policies of all of these names, and of the key `default`. Names that cannot be keys have none. */
export const mappedPolicies = async (
  storage: View,
  map: MapName,
  names: readonly string[],
): Promise<readonly string[]> => {
  const keys = [...new Set([EVERYBODY, ...names.map(FOLDS.case)])].filter((key) => KEY.test(key));
  const policies: string[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const some = keys.slice(at, at + AT_ONCE).map((key) => addressOf(storage, map, key));
    for (const entry of await storage.getMany(some))
      if (entry) policies.push(...namesIn(Mapping.parse(entry.body).value));
  }
  return policies;
};

const write = async (map: MapName, key: string, given: string, value: string | undefined, cx: BackendContext) => {
  if (!KEY.test(key)) throw invalidRequest("a key consists of letters, digits, - and _: use a team's slug");
  if (value === undefined) throw invalidRequest("missing value");
  const address = addressOf(cx.storage, map, key);
  await cx.storage.write([{ op: "put", address, body: { key: given, value }, when: "any" }]);
};

const keysOf = (map: MapName) => async (_: unknown, cx: BackendContext) =>
  foundKeys(await cx.storage.list(prefix(map)));

/** Both paths of a map: all keys, and one. */
const pathsOf = (map: MapName, one: string): readonly AnyPath[] => [
  path(`map/${map}`, {
    summary: `the ${map} that have policies`,
    params: {},
    ops: {
      list: op({ summary: `list ${map}`, answers: Keys, handle: keysOf(map) }),
      read: op({ summary: `list ${map}; the same as LIST`, answers: Keys, handle: keysOf(map) }),
    },
  }),
  path(`map/${map}/{key:any}`, {
    summary: `the policies of a ${one}`,
    params: { key: folded("case", `Name of the ${one} in GitHub's addresses; case does not matter.`) },
    exists: async ({ params }, cx) => (await find(cx.storage, map, params.key)) !== undefined,
    ops: {
      read: op({
        summary: `read the policies of a ${one}`,
        answers: [Mapping, "nothing"],
        // A name without policies is answered like one with them.
        handle: async ({ params }, cx) => ({ data: (await find(cx.storage, map, params.key)) ?? null }),
      }),
      update: op({
        summary: `set the policies of a ${one}`,
        answers: "nothing",
        input: z.object({ value: field.text("Names of policies, separated by commas.") }),
        handle: async ({ params, given, input }, cx): Promise<undefined> => {
          await write(map, params.key, given.key, input.value, cx);
        },
      }),
      delete: op({
        summary: `forget the policies of a ${one}`,
        answers: "nothing",
        handle: async ({ params }, cx): Promise<undefined> => {
          const address = addressOf(cx.storage, map, params.key);
          await cx.storage.write([{ op: "delete", address, when: "any" }]);
        },
      }),
    },
  }),
];

export const mapPaths: readonly AnyPath[] = [...pathsOf("teams", "team"), ...pathsOf("users", "user")];
