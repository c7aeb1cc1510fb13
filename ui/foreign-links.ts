import { BASE, decoded, hrefOf, placeOf } from "./routes.ts";

/**
 * Addresses of Vault's and OpenBao's own pages, below `/ui/vault/`, as addresses here. Pure; a table of what such a path
 * begins with. Source: https://github.com/hashicorp/vault/blob/main/ui/app/router.js
 */

interface Address {
  readonly pathname: string;
  readonly search: string;
}

const PLACES = /^(.+?)\/(list|show|edit|create|kv|credentials|configuration|overview|metadata|actions)(?:\/(.*))?$/;

/** `kv/team-a%2Fdb/details/edit`: a name in one segment, and what is done with it. */
const ofKv = (mount: string, rest: readonly string[], query: URLSearchParams): string => {
  const [first = "", ...more] = rest;
  const name = decoded(first);
  if (first === "list") return hrefOf("browse", `${mount}/${folder(more.map(decoded).join("/"))}`);
  if (first === "create") return hrefOf("new", `${mount}/${folder(query.get("initialKey") ?? "")}`);
  if (more.at(-1) === "edit") return hrefOf("edit", `${mount}/${name}`);
  const version = query.get("version");
  const tab = more[0] === "metadata" ? { tab: "history" } : undefined;
  return hrefOf("browse", `${mount}/${name}`, version ? { version } : tab);
};

const folder = (path: string): string => (path === "" || path.endsWith("/") ? path : `${path}/`);

const ofSecrets = (path: string, query: URLSearchParams): string => {
  const [, mountText = "", what, rest = ""] = PLACES.exec(path) ?? [];
  const mount = decoded(mountText);
  const name = rest.split("/").map(decoded).join("/");
  switch (what) {
    case "kv":
      return ofKv(mount, rest.split("/"), query);
    case "list":
      return hrefOf("browse", `${mount}/${folder(name)}`);
    case "show":
    case "metadata":
      return hrefOf("browse", `${mount}/${name}`);
    case "edit":
      return hrefOf("edit", `${mount}/${name}`);
    case "create":
      return hrefOf("new", `${mount}/${folder(query.get("initialKey") ?? name)}`);
    case "credentials":
      return hrefOf("credentials", `${mount}/${name}`);
    case "configuration":
      return hrefOf("mounts", mount);
    default:
      return path === "" ? hrefOf("home") : hrefOf("browse", folder(decoded(path.split("/")[0] ?? "")));
  }
};

const below = (text: string, prefix: string): string => text.slice(prefix.length).split("/").map(decoded).join("/");

/** By what the path after `vault/` begins with; the first that fits. */
const TABLE: readonly (readonly [RegExp, (path: string, query: URLSearchParams) => string])[] = [
  [/^secrets(-engines)?(\/|$)/, (path, query) => ofSecrets(path.replace(/^secrets(-engines)?\/?/, ""), query)],
  [
    /^polic(y|ies)\/[^/]+\/./,
    (path) => hrefOf("policies", below(path, /^polic(?:y|ies)\/[^/]+\//.exec(path)?.[0] ?? "")),
  ],
  [/^polic(y|ies)(\/|$)/, () => hrefOf("policies")],
  [
    /^access\/leases\/(list|show)(\/|$)/,
    (path) => hrefOf("leases", below(path, /^access\/leases\/(?:list|show)\/?/.exec(path)?.[0] ?? "")),
  ],
  [/^access\/leases/, () => hrefOf("leases")],
  [/^access(\/|$)/, () => hrefOf("access")],
  [/^tools\/unwrap/, () => hrefOf("open")],
  [/^tools\/wrap/, () => hrefOf("share")],
  [/^(tools|api-explorer|open-api-explorer)(\/|$)/, () => hrefOf("api")],
  [
    /^identity\/oidc\/provider\/[^/]+\/authorize$/,
    (path, query) => hrefOf("authorize", decoded(path.split("/")[3] ?? ""), Object.fromEntries(query)),
  ],
  [/^settings(\/|$)/, () => hrefOf("mounts")],
  [/^(auth|logout)\/?$/, (_, query) => signIn(query)],
  [
    /^(init|unseal|metrics|clients|replication|storage|license|config-ui|usage-reporting)(\/|$)/,
    () => hrefOf("status"),
  ],
  [/^(dashboard\/?)?$/, () => hrefOf("home")],
];

const signIn = (query: URLSearchParams): string => {
  const kept = ["with", "redirect_to"].flatMap((name) => {
    const value = query.get(name);
    return value === null ? [] : [[name, value]];
  });
  return hrefOf("sign-in", "", Object.fromEntries(kept));
};

/** The page that a link of Vault's means; `undefined`: not such a link, or none that has a page here. */
export const ownHref = ({ pathname, search }: Address): string | undefined => {
  const whole = /^\/ui\/vault(?:\/(.*))?$/.exec(pathname);
  if (!whole) return undefined;
  const path = (whole[1] ?? "").replace(/\/+$/, (end) => (/\/list\//.test(pathname) ? end : ""));
  const query = new URLSearchParams(search);
  return TABLE.find(([pattern]) => pattern.test(path))?.[1](path, query);
};

const ORIGIN = "https://own.invalid";

/**
 * Where to go after signing in, out of an address that anybody may have written: one of the page's own routes, or the
 * start. Another origin, another path of this one, and an address that no page has lead to the start.
 */
export const ownPlace = (text: string | undefined): string => {
  if (!text || !URL.canParse(text, ORIGIN)) return BASE;
  const url = new URL(text, ORIGIN);
  if (url.origin !== ORIGIN) return BASE;
  const address = {
    pathname: url.pathname.startsWith("/vault") ? `/ui${url.pathname}` : url.pathname,
    search: url.search,
  };
  const own = ownHref(address);
  // A path of two slashes is none to parse again: it would name another origin, or nothing.
  const place = placeOf(own === undefined ? address : new URL(own, ORIGIN));
  return !place || place.page === "sign-in" ? BASE : hrefOf(place.page, place.path, place.query);
};
