import { z } from "zod";
import { makeMount } from "../../../../src/core/config/initialize.ts";
import { createIdentityStore } from "../../../../src/core/identity/store.ts";
import { createTurns } from "../../../../src/core/identity/turns.ts";
import { kvV1 } from "../../../../src/engines/kv/backend.ts";
import { type CrashPoint, defineBackend, field, op, path } from "../../../../src/framework/index.ts";
import type { JsonObject } from "../../../../src/std/json.ts";
import { systemRandom, uuid } from "../../../../src/std/random.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import type { TestClock } from "../../../support/storage.ts";

/** A server with an auth method that believes whoever comes: a login is a name, policies, metadata and groups. */

const trusting = () =>
  defineBackend({
    kind: "auth",
    type: "trusting",
    help: "Believes every login.",
    paths: [
      path("login/{name+}", {
        summary: "log in by name",
        params: { name: "name of the alias" },
        ops: {
          update: op({
            summary: "log in",
            answers: "login",
            access: "unauthenticated",
            input: z.object({
              policies: field.commaList("token policies"),
              metadata: field.keyValues("alias metadata"),
              groups: field.commaList("group aliases"),
              type: field.text("token type"),
            }),
            handle: async ({ params, input }) => ({
              auth: {
                displayName: params.name,
                token: {
                  policies: input.policies ?? [],
                  ...(input.type === "batch" ? { type: "batch" as const } : {}),
                },
                metadata: {},
                alias: { name: params.name, ...(input.metadata ? { metadata: input.metadata } : {}) },
                ...(input.groups ? { groupAliases: input.groups } : {}),
              },
            }),
          }),
        },
      }),
    ],
  });

export interface IdentityServer extends TestServer {
  /** Accessors of the auth mounts `auth/one/` and `auth/two/`. */
  readonly one: string;
  readonly two: string;
  login(name: string, body?: JsonObject, mount?: string): Promise<Answered>;
  /** A login's token and entity. */
  session(
    name: string,
    body?: JsonObject,
    mount?: string,
  ): Promise<{ readonly token: string; readonly entity: string }>;
  /** A token with one policy of this text. */
  tokenWith(name: string, policy: string): Promise<string>;
  /** Makes an entity and answers its id. */
  entity(name: string, body?: JsonObject): Promise<string>;
  group(name: string, body?: JsonObject): Promise<string>;
  /** Makes many entities at once and answers their ids. */
  people(count: number): Promise<readonly string[]>;
  /** Makes many external groups at once, known to a mount as `many-0`, `many-1` and so on. */
  externalGroups(count: number, accessor: string): Promise<void>;
}

export const authOf = (answer: Answered): JsonObject => answer.body["auth"] as JsonObject;

/** With `auth/one/`, `auth/two/` (each believes everybody) and `kv/`. Close it with `dynamo.close()`. */
export const makeIdentityServer = async (
  options: { readonly crash?: CrashPoint; readonly address?: string | (() => string); readonly clock?: TestClock } = {},
): Promise<IdentityServer> => {
  const server = await makeServer({
    ...options,
    rows: [
      { kind: "auth", type: "trusting", home: "login", load: async () => trusting() },
      { kind: "secret", type: "kv", home: "kv", load: async () => kvV1() },
    ],
  });
  const mount = async (kind: "auth" | "secret", type: string, at: string): Promise<string> => {
    const made = makeMount(server.core.random, { kind, type, path: at });
    await server.core.config.putMount(made, "absent");
    return made.info.accessor;
  };
  const store = createIdentityStore(server.core);
  const turns = createTurns(server.core);
  const one = await mount("auth", "trusting", "auth/one/");
  const two = await mount("auth", "trusting", "auth/two/");
  await mount("secret", "kv", "kv/");
  const login = (name: string, body: JsonObject = {}, at = "one") =>
    server.call("POST", `auth/${at}/login/${name}`, { token: null, body });
  const made = async (kind: string, name: string, body: JsonObject = {}) =>
    String((await server.call("POST", `identity/${kind}`, { body: { name, ...body } })).data["id"]);
  return {
    ...server,
    one,
    two,
    login,
    session: async (name, body, at) => {
      const auth = authOf(await login(name, body, at));
      return { token: String(auth["client_token"]), entity: String(auth["entity_id"]) };
    },
    tokenWith: async (name, policy) => {
      await server.call("POST", `sys/policies/acl/${name}`, { body: { policy } });
      const answer = await server.call("POST", "auth/token/create", { body: { policies: [name] } });
      return String(authOf(answer)["client_token"]);
    },
    entity: (name, body) => made("entity", name, body),
    group: (name, body) => made("group", name, body),
    people: async (count) => {
      const { entities } = store;
      const people = Array.from({ length: count }, () => entities.fresh());
      for (let at = 0; at < count; at += 30) {
        const writes = await Promise.all(people.slice(at, at + 30).map((entity) => entities.creation(entity)));
        await server.core.store.write(writes.flat());
      }
      return people.map(({ id }) => id);
    },
    externalGroups: async (count, accessor) => {
      const at = "2030-01-01T00:00:00Z";
      for (let index = 0; index < count; index += 50) {
        const slice = Array.from({ length: Math.min(50, count - index) }, (_, more) => `many-${index + more}`);
        const writes = slice.map(async (name) => {
          const alias = { id: uuid(systemRandom), name, mountAccessor: accessor, creationTime: at, lastUpdateTime: at };
          const group = store.groups.fresh({ name, type: "external", alias });
          return turns.definition(group.id, group);
        });
        await server.core.config.change(await Promise.all(writes));
      }
    },
  };
};
