import { z } from "zod";
import { approleAuth } from "../../../../src/auth/approle/backend.ts";
import { userpassAuth } from "../../../../src/auth/userpass/backend.ts";
import { createPasswords } from "../../../../src/auth/userpass/passwords.ts";
import type { CatalogRow } from "../../../../src/core/catalog.ts";
import { defineBackend, field, foldsOf, op, path } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { make } from "../../../golden/make.ts";
import {
  type Answered,
  anotherEnvironment,
  type CallOptions,
  callsOf,
  type MakeServerOptions,
  makeServer,
  type TestServer,
} from "../../../support/make-server.ts";

/** Logins with a second factor: an auth method that believes what it is told, keys, and the codes of the moment. */

const gate = defineBackend({
  kind: "auth",
  type: "gate",
  help: "Lets everybody in who says a name.",
  paths: [
    path("login/{name}", {
      summary: "log in",
      params: { name: "name" },
      ops: {
        update: op({
          summary: "log in",
          access: "unauthenticated",
          answers: "login",
          input: z.object({
            groups: field.textList("external groups"),
            cidrs: field.textList("bound CIDRs"),
            batch: field.flag("a batch token"),
            nobody: field.flag("without an alias"),
            strict: field.text("a signature that works once"),
            secret: field.text("what the caller alone is shown, once"),
          }),
          handle: async ({ params, input }) => ({
            auth: {
              displayName: params.name,
              metadata: { said: params.name },
              token: {
                policies: ["app"],
                ttl: seconds(3600),
                ...(input.batch ? { type: "batch" } : {}),
                ...(input.cidrs ? { boundCidrs: input.cidrs } : {}),
              },
              ...(input.nobody ? {} : { alias: { name: params.name } }),
              ...(input.groups ? { groupAliases: input.groups } : {}),
              ...(input.secret === undefined ? {} : { shownOnce: { secret: input.secret } }),
              ...(input.strict === undefined ? {} : { once: { value: input.strict, window: seconds(0) } }),
            },
          }),
        }),
      },
    }),
  ],
});

const ROWS = (): readonly CatalogRow[] => [
  {
    kind: "auth",
    type: "userpass",
    home: "login",
    lockable: true,
    folds: foldsOf(people().paths),
    load: async () => people(),
  },
  { kind: "auth", type: "gate", home: "login", load: async () => gate },
  {
    kind: "auth",
    type: "approle",
    home: "login",
    lockable: true,
    resolvesRole: true,
    folds: foldsOf(approleAuth().paths),
    load: async () => approleAuth(),
  },
];

/** The hash costs nothing here. */
const people = () =>
  userpassAuth(
    createPasswords({ derive: async (password) => Buffer.alloc(32, Buffer.from(password).toString("latin1")) }),
  );

export interface Requirement {
  readonly mfa_request_id: string;
  readonly mfa_constraints: Readonly<Record<string, { readonly any: readonly Readonly<Record<string, unknown>>[] }>>;
}

export interface Auth {
  readonly client_token: string;
  readonly entity_id: string;
  readonly token_type: string;
  readonly policies: readonly string[] | null;
  readonly mfa_requirement: Requirement | null;
}

export const authOf = ({ body }: Answered): Auth => body["auth"] as unknown as Auth;
export const errorOf = ({ status, body }: Answered): readonly unknown[] => [status, ...(body["errors"] as string[])];

export const makeWorld = async (options: MakeServerOptions = {}) => {
  const server = await makeServer({ rows: ROWS(), ...options });
  let count = 0;

  /** Posts to another process on the same table, which remembers nothing. */
  const another = () => {
    const call = callsOf(anotherEnvironment(server, ROWS()), server.root);
    return (path: string, body: object = {}, token?: string) => call("POST", path, { body, token: token ?? null });
  };

  const mount = async (type = "gate"): Promise<{ readonly path: string; readonly accessor: string }> => {
    count += 1;
    const path = `auth/${type}-${count}`;
    await server.call("POST", `sys/${path}`, { body: { type } });
    const { data } = await server.call("GET", `sys/${path}`);
    return { path, accessor: String(data["accessor"]) };
  };

  const method = async (more: object = {}): Promise<string> => {
    const body = { issuer: "Zeroth", qr_size: 0, ...more };
    return String((await server.call("POST", "identity/mfa/method/totp", { body })).data["method_id"]);
  };

  const enforce = async (name: string, body: object): Promise<void> => {
    const answer = await server.call("POST", `identity/mfa/login-enforcement/${name}`, { body });
    if (answer.status !== 204) throw new Error(`${answer.status} ${answer.text}`);
  };

  /** Ends every enforcement that a test left behind. */
  const release = async (): Promise<void> => {
    const { data } = await server.call("LIST", "identity/mfa/login-enforcement");
    for (const name of (data["keys"] ?? []) as string[]) {
      await server.call("DELETE", `identity/mfa/login-enforcement/${name}`);
    }
  };

  const login = (at: string, name: string, body: object = {}, options: CallOptions = {}): Promise<Answered> =>
    server.call("POST", `${at}/login/${name}`, { token: null, body, ...options });

  /** The id of the entity that a name has at a mount, which it gets by a login. */
  const entity = async (at: string, name: string): Promise<string> => authOf(await login(at, name)).entity_id;

  /** Makes a key for an entity and answers its address. */
  const enrol = async (method_id: string, entity_id: string): Promise<string> => {
    const answer = await server.call("POST", "identity/mfa/method/totp/admin-generate", {
      body: { method_id, entity_id },
    });
    return String(answer.data["url"]);
  };

  /** The code of an address now, or so many steps of time later. */
  const code = (url: string, steps = 0): string => String(make("totp", [url, steps], server.clock.now()));
  /** A code that is wrong now and in the steps around it. */
  const wrongCode = (url: string): string => {
    const right = new Set([-1, 0, 1].map((steps) => code(url, steps)));
    return ["111111", "222222", "333333", "444444"].find((one) => !right.has(one)) ?? "";
  };

  const validate = (id: string, payload: unknown, options: CallOptions = {}): Promise<Answered> =>
    server.call("POST", "sys/mfa/validate", {
      token: null,
      body: { mfa_request_id: id, mfa_payload: payload },
      ...options,
    });

  /** A login's request id. */
  const waiting = async (at: string, name: string, body: object = {}): Promise<string> =>
    authOf(await login(at, name, body)).mfa_requirement?.mfa_request_id ?? "";

  const lives = async (token: string): Promise<boolean> =>
    (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;

  const tokens = async (): Promise<number> => (await server.core.tokens.accessors()).length;

  return {
    server,
    another,
    mount,
    method,
    enforce,
    release,
    login,
    entity,
    enrol,
    code,
    wrongCode,
    validate,
    waiting,
    lives,
    tokens,
  };
};

export type World = Awaited<ReturnType<typeof makeWorld>>;

/** A mount with an enforcement, and somebody there with a key. */
export const enrolled = async (world: World, name: string, method: object = {}) => {
  const at = await world.mount();
  const id = await world.method(method);
  const entity = await world.entity(at.path, name);
  const url = await world.enrol(id, entity);
  await world.enforce(`for-${at.accessor}`, { mfa_method_ids: [id], auth_method_accessors: [at.accessor] });
  return { ...at, method: id, entity, url, enforcement: `for-${at.accessor}` };
};

export type { Answered, TestServer };
