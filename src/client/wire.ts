import { defined } from "../std/defined.ts";
import { writeJson } from "../std/json.ts";
import { trimSlashes } from "../std/slashes.ts";
import type { Endpoint } from "./address.ts";
import type { Call, ClientSettings } from "./contract.ts";
import { CallRefused, ConnectionError } from "./errors.ts";

/** A call as it goes on the wire. */
export interface Wire {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Characters that stand as they are in a path. Source: Go `net/url`, as Vault's own clients send paths. */
const PLAIN = /%(?:3A|40|24|26|2B|2C|3B|3D)/g;

const encoded = (segment: string): string => {
  if (segment === "." || segment === "..") throw new CallRefused("the path holds a segment of dots");
  try {
    return encodeURIComponent(segment).replace(PLAIN, decodeURIComponent);
  } catch {
    throw new CallRefused("the path holds half of a character");
  }
};

/** Slashes around and doubled ones are dropped, as Vault's own clients do. */
const pathOf = (path: string): string => {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.length === 0) throw new CallRefused("the path is empty");
  return segments.map(encoded).join("/");
};

/** `team` and `/team/` are `team/`; empty is the root, which has no header. */
const namespaceHeader = (namespace: string | undefined): string | undefined => {
  const bare = trimSlashes(namespace ?? "");
  return bare === "" ? undefined : `${bare}/`;
};

const tokenHeader = ({ token }: Call): string | undefined => {
  const text = token?.reveal() ?? "";
  if (!/^[\x20-\x7e]*$/.test(text)) {
    throw new CallRefused("configured Vault token contains non-printable characters and cannot be used");
  }
  return text === "" ? undefined : text;
};

/** What a listing is called in the query of a GET. */
const IN_QUERY: Readonly<Partial<Record<Call["method"], string>>> = { LIST: "list", SCAN: "scan" };

const methodOf = ({ method }: Call, { listVerb }: ClientSettings): string =>
  IN_QUERY[method] !== undefined && listVerb !== true ? "GET" : method;

const queryOf = (call: Call, method: string): string => {
  const query = new URLSearchParams(call.query);
  const listing = method === "GET" ? IN_QUERY[call.method] : undefined;
  if (listing !== undefined) query.set(listing, "true");
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
};

const HAVE_BODY = new Set(["PUT", "POST", "PATCH"]);

const USER_AGENT = "zeroth-client";

/** Throws `CallRefused` for what cannot be sent. */
export const wireOf = (call: Call, settings: ClientSettings, endpoint: Endpoint): Wire => {
  const method = methodOf(call, settings);
  const body = call.body === undefined ? undefined : Buffer.from(writeJson(call.body));
  const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return {
    method,
    target: `${endpoint.prefix}/v1/${pathOf(call.path)}${queryOf(call, method)}`,
    headers: defined({
      host: endpoint.authority,
      "user-agent": settings.userAgent ?? USER_AGENT,
      accept: "application/json",
      "content-type": body === undefined ? undefined : type,
      "content-length": body === undefined ? (HAVE_BODY.has(method) ? "0" : undefined) : String(body.length),
      ...call.headers,
      "x-vault-request": "true",
      "x-vault-token": tokenHeader(call),
      "x-vault-namespace": namespaceHeader(call.namespace ?? settings.namespace),
      "x-vault-wrap-ttl": call.wrapTtl === undefined ? undefined : call.wrapTtl.replace(/^\d+$/, "$&s"),
    }),
    ...defined({ body }),
  };
};

/** For errors: what was asked, without the query, which may hold a code or a state. */
export const shownUrl = ({ target }: Wire, { origin }: Endpoint): string => {
  const [path = "", query = ""] = target.split("?", 2);
  const [listing] = /(?:^|(?<=&))(?:list|scan)=true(?=&|$)/.exec(query) ?? [];
  return `${origin}${path}${listing === undefined ? "" : `?${listing}`}`;
};

/** A redirect leads to the same scheme, host and port, or nowhere: whatever it is sent to gets the token. */
export const redirected = (wire: Wire, endpoint: Endpoint, location: string, scrub: (text: string) => string): Wire => {
  const { origin, authority, secure } = endpoint;
  const base = `${secure ? "https" : "http"}://${authority}`;
  const there = URL.canParse(location, `${base}${wire.target}`)
    ? new URL(location, `${base}${wire.target}`)
    : undefined;
  if (there === undefined) throw new ConnectionError(origin, "it redirects to something that is not an address", false);
  if (there.origin !== new URL(base).origin) {
    throw new ConnectionError(
      origin,
      `it redirects to ${scrub(there.origin)}, and a token is never sent to another host (use that address if it is right)`,
      false,
    );
  }
  return { ...wire, target: `${there.pathname}${there.search}` };
};
