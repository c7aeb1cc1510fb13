import { builtOnce } from "../../../scripts/build/ui-source.ts";
import { type LocalServer, startLocalServer } from "../../../src/local/server/index.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../../src/std/json.ts";
import type { Clock } from "../../../src/std/time.ts";
import type { UiSource } from "../../../src/ui-files/source.ts";
import type { Canaries } from "./canaries.ts";

/** The server behind the page, in this process, and a root client that prepares what a test finds there. */

export interface Answered {
  readonly status: number;
  readonly body: JsonObject;
  /** `body.data` as an object. */
  readonly data: JsonObject;
}

export interface CallOptions {
  /** Absent: the root token; `null`: none. */
  readonly token?: string | null;
  /** `1h`: the answer comes wrapped. */
  readonly wrapTtl?: string;
}

/** Name and password, or a token. */
export type Login = { readonly name: string; readonly password: string } | { readonly token: string };

export interface World {
  readonly url: string;
  readonly local: LocalServer;
  /** The server's clock: runs, and goes forward when told. */
  readonly clock: Clock & { advance(ms: number): void };
  readonly root: string;
  /** A secret of its own that the guard looks for everywhere: `canary-password-x8Kq…`. */
  canary(name: string): string;
  /** As root unless told otherwise. Any status is an answer. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answered>;
  /** The same, and throws unless the answer is 2xx. */
  prepare(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answered>;
  policy(name: string, text: string): Promise<void>;
  /** A person of `userpass/`, which is mounted at the first, with these policies by name. */
  person(name: string, policies: readonly string[]): Promise<{ readonly name: string; readonly password: string }>;
  /** A token with these policies and `default`. */
  token(
    policies: readonly string[],
    parameters?: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly token: string }>;
  /** Writes `secret/team-a/db`, version 2 unless the mount is another; texts of eight letters and more are canaries. */
  secret(path: string, data: JsonObject): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  /** Absent: leases end when they are asked for. */
  readonly sweeper?: boolean;
  /** The doubles of AWS answer on a port of their own: `world.local.awsUrl`. */
  readonly aws?: boolean;
}

const movable = (): World["clock"] => {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => {
      ahead += ms;
    },
  };
};

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
const textOf = (value: unknown): string => {
  if (typeof value !== "string") throw new Error("expected a text");
  return value;
};

/** One build for all worlds of a file. */
let built: Promise<UiSource> | undefined;

const letters = (): string => Math.random().toString(36).slice(2, 12).padEnd(10, "x");

export const startWorld = async (
  canaries: Canaries,
  { sweeper = false, aws = false }: WorldOptions = {},
): Promise<World> => {
  built ??= builtOnce();
  const clock = movable();
  const local = await startLocalServer({
    port: 0,
    sweeper,
    clock,
    ui: await built,
    awsListen: aws ? { host: "127.0.0.1", port: 0 } : undefined,
  });
  canaries.add(local.rootToken);

  const call: World["call"] = async (method, path, body, { token = local.rootToken, wrapTtl } = {}) => {
    const answer = await fetch(`${local.url}/v1/${path}`, {
      method,
      headers: {
        ...(token !== null && { "x-vault-token": token }),
        ...(wrapTtl !== undefined && { "x-vault-wrap-ttl": wrapTtl }),
        ...(method === "PATCH" && { "content-type": "application/merge-patch+json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = objectOf(text === "" ? {} : parseJson(text));
    return { status: answer.status, body: json, data: objectOf(json["data"]) };
  };
  const prepare: World["prepare"] = async (method, path, body, options) => {
    const answered = await call(method, path, body, options);
    if (answered.status >= 300)
      throw new Error(`${method} ${path}: ${answered.status} ${JSON.stringify(answered.body["errors"])}`);
    return answered;
  };

  let peopleAreMounted: Promise<unknown> | undefined;
  return {
    url: local.url,
    local,
    clock,
    root: local.rootToken,
    canary: (name) => canaries.add(`canary-${name}-${letters()}`),
    call,
    prepare,
    policy: async (name, policy) => {
      await prepare("PUT", `sys/policies/acl/${name}`, { policy });
    },
    person: async (name, policies) => {
      peopleAreMounted ??= prepare("POST", "sys/auth/userpass", {
        type: "userpass",
        config: { listing_visibility: "unauth" },
      });
      await peopleAreMounted;
      const password = canaries.add(`canary-password-of-${name}-${letters()}`);
      await prepare("PUT", `auth/userpass/users/${name}`, { password, token_policies: policies });
      return { name, password };
    },
    token: async (policies, parameters = {}) => {
      const { body } = await prepare("POST", "auth/token/create", { policies, ...parameters });
      return { token: canaries.add(textOf(objectOf(body["auth"])["client_token"])) };
    },
    secret: async (path, data) => {
      const cut = path.indexOf("/");
      await prepare("POST", `${path.slice(0, cut)}/data/${path.slice(cut + 1)}`, { data });
      for (const value of Object.values(data)) if (typeof value === "string" && value.length >= 8) canaries.add(value);
    },
    close: () => local.close(),
  };
};
