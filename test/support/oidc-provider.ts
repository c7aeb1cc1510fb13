import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { SignJWT } from "jose";
import type { Clock } from "../../src/std/time.ts";
import { onLoopback } from "./loopback.ts";
import { type Person, STORY_PEOPLE } from "./oidc-stories.ts";

/**
 * An OpenID provider for tests. Whoever goes to its `authorize` is logged in at once, as `login` in the query says, and
 * the answer holds what the browser would bring back. Tests change its people, and see what it was asked.
 */

interface Reply {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface OidcProvider {
  readonly url: string;
  readonly people: Map<string, Person>;
  /** Secrets of clients by id. */
  readonly clients: Map<string, string>;
  /** `POST /token authorization`: every request, with the names of its telling headers. */
  readonly seen: string[];
  /** Answers in its place where it answers something. */
  instead: (path: string) => Reply | undefined;
  /** The ID token of a person, without a login. */
  idToken(login: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

/** Source: OpenID Connect Core 1.0, section 3.1.3.6; the tokens are RS256. */
const halfHash = (text: string): string =>
  createHash("sha256").update(text).digest().subarray(0, 16).toString("base64url");

const random = (): string => randomBytes(18).toString("base64url");
const PREFIX = /^(\/pkce-less|\/pageless|\/other|)(\/.*)$/;

/** Made once: RSA keys are slow. */
const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });

interface Code {
  readonly login: string;
  readonly client: string;
  readonly redirect: string;
  readonly nonce: string;
  readonly challenge: string;
}

const basic = (request: IncomingMessage): readonly [string, string] | undefined => {
  const [, encoded] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  if (encoded === undefined) return undefined;
  const [id = "", secret = ""] = Buffer.from(encoded, "base64").toString("utf8").split(":").map(decodeURIComponent);
  return [id, secret];
};

const oauthError = (status: number, error: string, error_description = ""): Reply => ({
  status,
  body: { error, error_description },
});

/** `keys`: public keys in PEM that its key set has too, by id. */
export const startOidcProvider = async (
  clock: Clock,
  keys: Readonly<Record<string, string>> = {},
): Promise<OidcProvider> => {
  const codes = new Map<string, Code>();
  const access = new Map<string, string>();
  const people = new Map(Object.entries(STORY_PEOPLE));
  const clients = new Map([
    ["g-client", "g-client-secret"],
    ["g-other-client", "g-other-secret"],
  ]);
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid, use: "sig" });

  const idToken = (
    base: string,
    login: string,
    client: string,
    nonce: string,
    { hashes = {}, more = {} }: { readonly hashes?: object; readonly more?: object } = {},
  ): Promise<string> => {
    const now = Math.floor(clock.now() / 1000);
    const person = people.get(login) ?? {};
    const claims: Record<string, unknown> = {
      iss: base,
      sub: `g-${login}`,
      aud: client,
      iat: now,
      exp: now + 600,
      auth_time: now,
      ...(nonce !== "" && { nonce }),
      ...hashes,
      ...person.claims,
      ...more,
    };
    for (const [name, value] of Object.entries(claims)) if (value === null) delete claims[name];
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "g-oidc" })
      .sign(person.stranger ? stranger.privateKey : own.privateKey);
  };

  const discovery = (here: string, prefix: string): Reply => ({
    status: 200,
    body: {
      issuer: prefix === "/other" ? "https://issuer.example.com" : here + prefix,
      ...(prefix !== "/pageless" && { authorization_endpoint: `${here}${prefix}/authorize` }),
      token_endpoint: `${here}${prefix}/token`,
      jwks_uri: `${here}/jwks`,
      userinfo_endpoint: `${here}${prefix}/userinfo`,
      response_types_supported: ["code", "id_token"],
      id_token_signing_alg_values_supported: ["RS256"],
      ...(prefix !== "/pkce-less" && { code_challenge_methods_supported: ["S256"] }),
    },
  });

  const authorize = async (base: string, query: URLSearchParams): Promise<Reply> => {
    const login = query.get("login") ?? "alice";
    const client = query.get("client_id") ?? "";
    if (!people.has(login) || !clients.has(client)) return oauthError(400, "invalid_request");
    const [code, state, nonce] = [random(), query.get("state") ?? "", query.get("nonce") ?? ""];
    const redirect = query.get("redirect_uri") ?? "";
    codes.set(code, { login, client, redirect, nonce, challenge: query.get("code_challenge") ?? "" });
    const to = new URL(redirect);
    to.searchParams.set("code", code);
    to.searchParams.set("state", state);
    const asked = Object.fromEntries([...query].filter(([name]) => name !== "login"));
    const body = { code, state, nonce, id_token: await idToken(base, login, client, nonce), asked };
    return { status: 302, body, headers: { location: String(to) } };
  };

  const exchange = async (base: string, request: IncomingMessage, form: URLSearchParams): Promise<Reply> => {
    const [id, secret] = basic(request) ?? [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
    if (clients.get(id) !== secret) return oauthError(401, "invalid_client", "unknown client or wrong secret");
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    if (code?.client !== id) return oauthError(400, "invalid_grant", "no such code");
    if (code.redirect !== form.get("redirect_uri")) return oauthError(400, "invalid_grant", "another redirect URI");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (code.challenge !== "" && challenge !== code.challenge)
      return oauthError(400, "invalid_grant", "wrong code verifier");
    const person = people.get(code.login) ?? {};
    if (person.token) return { status: person.token[0], body: person.token[1] };
    const bearer = random();
    access.set(bearer, code.login);
    const hashes = { at_hash: halfHash(bearer), c_hash: halfHash(form.get("code") ?? "") };
    const id_token = person.withoutIdToken ? undefined : await idToken(base, code.login, id, code.nonce, { hashes });
    return { status: 200, body: { access_token: bearer, token_type: "Bearer", expires_in: 600, id_token } };
  };

  const userinfo = (request: IncomingMessage): Reply => {
    const [, bearer = ""] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "") ?? [];
    const login = access.get(bearer);
    if (login === undefined) return oauthError(401, "invalid_token");
    return { status: 200, body: { sub: `g-${login}`, ...people.get(login)?.info } };
  };

  const answer = async (request: IncomingMessage, body: string): Promise<Reply> => {
    const here = `http://${request.headers.host}`;
    const url = new URL(request.url ?? "/", here);
    const [, prefix = "", path = ""] = PREFIX.exec(url.pathname) ?? [];
    const base = here + prefix;
    switch (`${request.method} ${path}`) {
      case "GET /.well-known/openid-configuration":
        return discovery(here, prefix);
      case "GET /jwks": {
        const others = Object.entries(keys).map(([kid, pem]) => jwk(createPublicKey(pem), kid));
        return { status: 200, body: { keys: [jwk(own.publicKey, "g-oidc"), ...others] } };
      }
      case "GET /authorize":
        return authorize(base, url.searchParams);
      case "POST /token":
        return exchange(base, request, new URLSearchParams(body));
      case "GET /userinfo":
        return userinfo(request);
      default:
        return oauthError(404, "not_found");
    }
  };

  const seen: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", async () => {
      const telling = Object.keys(request.headers).filter((name) => /auth|token|cookie|vault/.test(name));
      seen.push([request.method, request.url?.split("?")[0], ...telling].join(" "));
      const path = request.url?.split("?")[0] ?? "";
      const { status, body, headers } =
        provider.instead(path) ?? (await answer(request, Buffer.concat(chunks).toString("utf8")));
      response
        .writeHead(status, { "content-type": "application/json", ...headers })
        .end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  const { port, close } = await onLoopback(server);
  const url = `http://127.0.0.1:${port}`;
  const provider: OidcProvider = {
    url,
    people,
    clients,
    seen,
    instead: () => undefined,
    idToken: (login, more = {}) => idToken(url, login, "g-client", "", { more }),
    close,
  };
  return provider;
};
