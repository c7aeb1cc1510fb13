import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { SignJWT } from "jose";
import type { JsonObject } from "../../../../src/std/json.ts";
import { type Answered, type MakeServerOptions, makeServer, type TestServer } from "../../../support/make-server.ts";
import { type OidcProvider, startOidcProvider } from "../../../support/oidc-provider.ts";

export const key = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const otherKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const pemOf = ({ publicKey }: { readonly publicKey: KeyObject }): string =>
  publicKey.export({ format: "pem", type: "spki" }).toString();

export interface World {
  readonly server: TestServer;
  /** Claims over `iat` now and `exp` in ten minutes; `undefined` takes one away. */
  token(claims: object, header?: object, signer?: KeyObject): Promise<string>;
  write(path: string, body: object): Promise<void>;
  login(claims: object, role?: string, mount?: string): Promise<Answered>;
  close(): Promise<void>;
}

/** A server with `auth/jwt`, which trusts `key`. */
export const createWorld = async (options: MakeServerOptions = {}): Promise<World> => {
  const server = await makeServer(options);
  const write = async (path: string, body: object): Promise<void> => {
    const { status, text } = await server.call("POST", path, { body });
    if (status !== 204) throw new Error(`${path}: ${status} ${text}`);
  };
  const token = (claims: object, header: object = {}, signer = key.privateKey): Promise<string> => {
    const now = Math.floor(server.clock.now() / 1000);
    const all: Record<string, unknown> = { iat: now, exp: now + 600, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: "ES256", ...header }).sign(signer);
  };
  await write("sys/auth/jwt", { type: "jwt" });
  await write("auth/jwt/config", { jwt_validation_pubkeys: [pemOf(key)] });
  return {
    server,
    token,
    write,
    login: async (claims, role = "r", mount = "jwt") =>
      server.call("POST", `auth/${mount}/login`, { token: null, body: { role, jwt: await token(claims) } }),
    close: () => server.dynamo.close(),
  };
};

export const errorsOf = ({ body }: Answered): unknown => body["errors"];
export const authOf = ({ body }: Answered): JsonObject => body["auth"] as JsonObject;

export interface BrowserWorld extends World {
  readonly provider: OidcProvider;
  readonly redirect: string;
  authUrl(more?: object): Promise<Answered>;
  /** Begins a login and lets a person of the provider log in; what the browser brings back. */
  visit(login?: string, more?: object): Promise<Visit>;
  callback(query: Readonly<Record<string, string>>): Promise<Answered>;
}

export interface Visit {
  readonly state: string;
  readonly code: string;
  readonly id_token: string;
  readonly begun: JsonObject;
}

/** What a login that is over, or never was, is answered with. */
export const EXPIRED = ["Vault login failed. Expired or missing OAuth state."];

const REDIRECT = "https://app.example.com/cb";

/** The same with `auth/oidc`, a client at a provider, and a role `web`. */
export const createBrowserWorld = async (options: MakeServerOptions = {}): Promise<BrowserWorld> => {
  const world = await createWorld(options);
  const { server, write } = world;
  const provider = await startOidcProvider(server.clock);
  await write("sys/auth/oidc", { type: "oidc" });
  const authUrl = (more: object = {}) =>
    server.call("POST", "auth/oidc/oidc/auth_url", {
      token: null,
      body: { role: "web", redirect_uri: REDIRECT, ...more },
    });
  return {
    ...world,
    provider,
    redirect: REDIRECT,
    authUrl,
    visit: async (login = "alice", more = {}) => {
      const answer = await authUrl(more);
      const url = `${answer.data["auth_url"]}&login=${login}`;
      if (answer.status !== 200) throw new Error(answer.text);
      const back: unknown = await (await fetch(url, { redirect: "manual" })).json();
      return { ...(back as Omit<Visit, "begun">), begun: answer.data };
    },
    callback: (query) => server.call("GET", `auth/oidc/oidc/callback?${new URLSearchParams(query)}`, { token: null }),
    close: async () => {
      await provider.close();
      await world.close();
    },
  };
};

/** Configuration and role as they were at first. */
export const resetBrowser = async ({ write, provider, server }: BrowserWorld, role: object = {}): Promise<void> => {
  provider.instead = () => undefined;
  provider.seen.length = 0;
  await write("auth/oidc/config", {
    oidc_discovery_url: provider.url,
    oidc_client_id: "g-client",
    oidc_client_secret: "g-client-secret",
  });
  await server.call("DELETE", "auth/oidc/role/web");
  await write("auth/oidc/role/web", { user_claim: "sub", allowed_redirect_uris: [REDIRECT], ...role });
  provider.seen.length = 0;
};
