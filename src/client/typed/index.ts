import { defined } from "../../std/defined.ts";
import { isJsonObject, type JsonObject } from "../../std/json.ts";
import { systemRandom } from "../../std/random.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { steady } from "../../std/time.ts";
import { wallTimer } from "../../std/timer.ts";
import type {
  Answer,
  AuthInfo,
  Call,
  Client,
  ClientSettings,
  Environment,
  Secret,
  Token,
  WrapInfo,
} from "../contract.ts";
import { variableOf } from "../environment.ts";
import { ConnectionError } from "../errors.ts";
import { createClient as createCaller, renewalWatcher, settingsFromEnvironment, type WatcherEnd } from "../index.ts";
import { type Kv, type Kv1, kv1Of, kvOf } from "./kv.ts";
import { type Logins, loginsOf } from "./login.ts";
import { type Requests, requestsOf } from "./requests.ts";

/**
 * The client for TypeScript programs: `zeroth/client`. One object holds a server and a token. It trusts what
 * `src/client` trusts; it must never print its token, and never send it but in the header of a call to that server.
 */

export { isJsonObject, JsonNumber, type JsonObject, type JsonValue } from "../../std/json.ts";
export * from "../contract.ts";
export { CallRefused, ConnectionError, ResponseError, SettingsError } from "../errors.ts";
export type { AwsCredentials } from "../sign-login.ts";
export type { CheckAndSet, Kv, Kv1, KvMetadata, KvMetadataChange, KvSecret, KvVersion } from "./kv.ts";
export type { Logins } from "./login.ts";

export interface ProgramSettings extends Partial<ClientSettings> {
  readonly token?: string;
}

export interface KeptAlive {
  /** Why it ended: `due` when a new login is wanted, `stopped` when it was asked to. Never rejects. */
  readonly ended: Promise<WatcherEnd>;
  stop(): void;
}

export interface VaultClient {
  /** The token for calls from now on; a login sets it. `undefined`: none. */
  useToken(token: string | undefined): void;
  /** `undefined`: nothing is there. */
  read(path: string, query?: Readonly<Record<string, string>>): Promise<Secret | undefined>;
  /** `undefined`: done, and the server says nothing more. */
  write(path: string, data?: JsonObject): Promise<Secret | undefined>;
  patch(path: string, change: JsonObject): Promise<Secret | undefined>;
  delete(path: string): Promise<Secret | undefined>;
  /** Empty where nothing is there. */
  list(path: string): Promise<readonly string[]>;
  /** Any call, with this client's token unless it brings its own. */
  call(call: Call): Promise<Answer>;
  /** A KV mount of version 2: `secret`. */
  kv(mount?: string): Kv;
  /** A KV mount of version 1. */
  kv1(mount: string): Kv1;
  readonly login: Logins;
  readonly token: {
    lookupSelf(): Promise<JsonObject>;
    /** Seconds from now on; the server may grant less. */
    renewSelf(increment?: number): Promise<AuthInfo>;
    revokeSelf(): Promise<void>;
    create(options?: JsonObject): Promise<AuthInfo>;
    /** Renews the token in the background until it is due for a new login. Keeps no process alive. */
    keepAlive(auth: Pick<AuthInfo, "lease_duration" | "renewable">): KeptAlive;
  };
  readonly wrapping: {
    /** Seconds. */
    wrap(data: JsonObject, ttl: number): Promise<WrapInfo>;
    /** What is in it, once. */
    unwrap(token: string): Promise<Secret>;
    lookup(token: string): Promise<JsonObject>;
  };
  readonly leases: {
    lookup(id: string): Promise<JsonObject>;
    renew(id: string, increment?: number): Promise<Secret>;
    revoke(id: string): Promise<void>;
  };
  /** The same server in another namespace, with a token of its own from now on. */
  inNamespace(namespace: string): VaultClient;
  /** Ends open connections. */
  close(): void;
}

const present = <T>(value: T | null | undefined, what: string): T => {
  if (value === undefined || value === null)
    throw new ConnectionError("the server", `its answer has no ${what}`, false);
  return value;
};

const dataOf = (secret: Secret | undefined): JsonObject => {
  const data = secret?.data;
  return present(isJsonObject(data) ? data : undefined, "data");
};

type Ask = Requests["ask"];

const tokensOf = (ask: Ask): VaultClient["token"] => {
  const renewSelf = async (increment?: number, signal?: AbortSignal): Promise<AuthInfo> =>
    present((await ask("PUT", "auth/token/renew-self", defined({ increment }), defined({ signal })))?.auth, "auth");
  return {
    lookupSelf: async () => dataOf(await ask("GET", "auth/token/lookup-self")),
    renewSelf,
    revokeSelf: async () => {
      await ask("PUT", "auth/token/revoke-self");
    },
    create: async (options = {}) => present((await ask("PUT", "auth/token/create", options))?.auth, "auth"),
    keepAlive: ({ lease_duration, renewable }) =>
      renewalWatcher({
        first: { leaseDuration: lease_duration, renewable },
        mode: "ignore errors",
        steady,
        timer: wallTimer,
        random: systemRandom,
        renew: async (signal) => {
          const renewed = await renewSelf(undefined, signal);
          return { leaseDuration: renewed.lease_duration, renewable: renewed.renewable };
        },
      }),
  };
};

const wrappingOf = (ask: Ask): VaultClient["wrapping"] => ({
  wrap: async (data, ttl) => {
    const secret = await ask("PUT", "sys/wrapping/wrap", data, { wrapTtl: `${ttl}s` });
    return present(secret?.wrap_info, "wrap_info");
  },
  // The wrapping token asks itself: a program needs no other to be handed a secret.
  unwrap: async (token) =>
    present(await ask("PUT", "sys/wrapping/unwrap", undefined, { token: new Sensitive(token) }), "body"),
  lookup: async (token) => dataOf(await ask("PUT", "sys/wrapping/lookup", { token })),
});

const leasesOf = (ask: Ask): VaultClient["leases"] => ({
  lookup: async (id) => dataOf(await ask("PUT", "sys/leases/lookup", { lease_id: id })),
  renew: async (id, increment) =>
    present(await ask("PUT", "sys/leases/renew", defined({ lease_id: id, increment })), "body"),
  revoke: async (id) => {
    await ask("PUT", "sys/leases/revoke", { lease_id: id });
  },
});

const over = (client: Client, first: Token | undefined): VaultClient => {
  let token = first;
  const requests = requestsOf(client, () => token);
  const { ask, find, keys, call } = requests;
  const useToken = (text: string | undefined): void => {
    token = text === undefined ? undefined : new Sensitive(text);
  };
  return {
    useToken,
    call,
    read: find,
    list: keys,
    write: (path, data = {}) => ask("PUT", path, data),
    patch: (path, change) => ask("PATCH", path, change),
    delete: (path) => ask("DELETE", path),
    kv: (mount = "secret") => kvOf(requests, mount),
    kv1: (mount) => kv1Of(requests, mount),
    login: loginsOf(client, useToken),
    token: tokensOf(ask),
    wrapping: wrappingOf(ask),
    leases: leasesOf(ask),
    inNamespace: (namespace) => over(client.with({ namespace }), token),
    close: () => client.close(),
  };
};

/**
 * A client with the settings that are given, and for the others those of the environment (`VAULT_ADDR`, `VAULT_TOKEN`
 * and their kin). Throws `SettingsError`. Nothing is sent before the first call.
 */
export const createClient = (settings: ProgramSettings = {}, env: Environment = process.env): VaultClient => {
  const { token: given, ...own } = settings;
  const token = given ?? variableOf(env, "TOKEN")?.value;
  const all = { ...settingsFromEnvironment(env, own.address), ...own };
  return over(createCaller(all), token === undefined ? undefined : new Sensitive(token));
};
