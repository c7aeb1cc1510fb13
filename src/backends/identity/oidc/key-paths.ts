import { z } from "zod";
import { type BackendContext, field, invalidRequest, op, path } from "../../../framework/index.ts";
import { recordPaths } from "../../../framework/records.ts";
import { shown } from "../../../std/shown.ts";
import {
  ALGORITHMS,
  type Algorithm,
  createPairs,
  DEFAULT_KEY,
  dueOf,
  findKey,
  keyPut,
  type NamedKey,
  withNewPairs,
  withPairs,
} from "./keys.ts";
import { DEFAULT_NAME, prefixOf, recordAt } from "./model.ts";
import { changeRegistry, type Registry, referring } from "./registry.ts";
import { checkRetired, rotateKey } from "./rotation.ts";

/** `identity/oidc/key/*`: the named keys as operators write them. */

const Input = z.object({
  rotation_period: field.duration("How often a new pair takes over; 24 hours unless given, one minute at least."),
  verification_ttl: field.duration(
    "How long what a pair signed is good after the pair was replaced; 24 hours unless given, ten rotation periods at most.",
  ),
  algorithm: field.text("RS256 (the default), RS384, RS512, ES256, ES384, ES512 or EdDSA."),
  allowed_client_ids: field.commaList("Client ids of the roles and clients that may sign with it; `*`: all of them."),
});
type Given = z.output<typeof Input>;

const Shown = z.object({
  rotation_period: z.number(),
  verification_ttl: z.number(),
  algorithm: z.string(),
  allowed_client_ids: z.array(z.string()),
});

const MINUTE = 60;
const PERIODS = 10;

const algorithmOf = (given: string): Algorithm => {
  const known = ALGORITHMS.find((name) => name === given);
  if (known === undefined) throw invalidRequest(`unknown signing algorithm ${shown(given)}`);
  return known;
};

/** Throws where a role or client lets tokens live longer than the key's public half would be published. */
const checkUsers = (name: string, ttl: number, { roles, clients }: Registry): void => {
  const refuse = (users: string): never => {
    throw invalidRequest(
      `unable to update key ${shown(name)} because it is currently referenced by one or more ${users} greater than ${ttl} seconds`,
    );
  };
  if (referring(roles, (role) => role.key === name && role.ttl > ttl).length > 0) refuse("roles with a token ttl");
  if (referring(clients, (one) => one.key === name && one.id_token_ttl > ttl).length > 0) {
    refuse("clients with an id_token_ttl");
  }
};

/** The settings after a write, in Vault's order of refusals. */
const settingsAfter = (before: NamedKey, input: Given, check: (ttl: number) => void) => {
  const rotation_period = input.rotation_period ?? before.rotation_period;
  if (rotation_period < MINUTE) throw invalidRequest("rotation_period must be at least one minute");
  const verification_ttl = input.verification_ttl ?? before.verification_ttl;
  if (verification_ttl > PERIODS * rotation_period) {
    throw invalidRequest("verification_ttl cannot be longer than 10x rotation_period");
  }
  check(verification_ttl);
  return {
    rotation_period,
    verification_ttl,
    allowed_client_ids: [...(input.allowed_client_ids ?? before.allowed_client_ids)],
    algorithm: algorithmOf(input.algorithm ?? before.algorithm),
  };
};

const NEW: NamedKey = { ...DEFAULT_KEY, allowed_client_ids: [] };

const write = async (name: string, input: Given, cx: BackendContext): Promise<undefined> => {
  const pairs = createPairs(cx.random);
  await changeRegistry(cx, "key", async (registry) => {
    const make = pairs();
    const found = await findKey(cx.storage, name);
    const all = found && (await registry());
    const before = found?.key ?? NEW;
    const settings = settingsAfter(before, input, (ttl) => all && checkUsers(name, ttl, all));
    const now = cx.clock.now();
    const sooner = now + settings.rotation_period * 1000;
    const next_rotation = before.next_rotation === 0 ? 0 : Math.min(before.next_rotation, sooner);
    const changed: NamedKey = { ...before, ...settings, next_rotation };
    // The key `default` gets its first pair when somebody uses it.
    const waits = found !== undefined && !found.key.signing;
    const key =
      before.algorithm !== settings.algorithm && before.signing
        ? await withNewPairs(changed, now, make)
        : waits
          ? changed
          : await withPairs(changed, now, make);
    checkRetired(name, key);
    return {
      writes: [keyPut(cx.storage, name, key, found?.when ?? "absent")],
      due: dueOf(key),
      result: undefined,
    };
  });
};

const remove = (name: string, cx: BackendContext): Promise<void> => {
  if (name === DEFAULT_NAME) throw invalidRequest(`deletion of key ${shown(name)} not allowed`);
  return changeRegistry(cx, "key.delete", async (registry) => {
    const { keys, roles, clients } = await registry();
    const users = [
      ["roles", referring(roles, ({ key }) => key === name)],
      ["clients", referring(clients, ({ key }) => key === name)],
    ] as const;
    for (const [kind, names] of users) {
      if (names.length === 0) continue;
      throw invalidRequest(
        `unable to delete key ${shown(name)} because it is currently referenced by these ${kind}: ${names.join(", ")}`,
      );
    }
    const gone = { op: "delete", address: recordAt(cx.storage, "key", name), when: "any" } as const;
    return { writes: keys.has(name) ? [gone] : [], result: undefined };
  });
};

const keyNames = async (cx: BackendContext): Promise<readonly string[]> => {
  const names = await cx.storage.list(prefixOf("key"));
  return names.includes(DEFAULT_NAME) ? names : [...names, DEFAULT_NAME].sort();
};

const rotatePath = path("oidc/key/{name}/rotate", {
  summary: "rotation of a named key",
  params: { name: "name of the key" },
  ops: {
    update: op({
      summary: "let the next pair sign from now on, and make the one after it",
      answers: "nothing",
      input: z.object({
        verification_ttl: field.duration(
          "How long what the replaced pair signed is still good, in place of the key's verification_ttl; 0 after a theft.",
        ),
      }),
      handle: async ({ params, input }, cx): Promise<undefined> => {
        await rotateKey(params.name, input.verification_ttl, cx);
      },
    }),
  },
});

export const keyPaths = [
  ...recordPaths({
    at: "oidc/key/{name}",
    params: { name: "name of the key" },
    lists: ["oidc/key"],
    summary: {
      all: "named keys that sign tokens",
      one: "a named key: its algorithm, and how often it rotates",
      list: "list the named keys",
      read: "read a named key, without its pairs",
      write: "make or change a named key",
      delete: "delete a named key that nothing uses",
    },
    input: Input,
    answers: Shown,
    names: keyNames,
    find: async (name, { storage }) => (await findKey(storage, name))?.key,
    show: ({ rotation_period, verification_ttl, algorithm, allowed_client_ids }) => ({
      rotation_period,
      verification_ttl,
      algorithm,
      allowed_client_ids,
    }),
    write,
    remove,
  }),
  rotatePath,
];
