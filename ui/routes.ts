/**
 * Paths of the page, and back. A path below `/ui/` is a page's name and then, for most, a path as Vault names it
 * (`browse/secret/team-a/db`). A segment is encoded once and decoded once: `%2F` inside a name is not a slash.
 */

export const PAGES = [
  "home",
  "sign-in",
  "browse",
  "new",
  "edit",
  "share",
  "open",
  "me",
  "credentials",
  "leases",
  "access",
  "policies",
  "audit",
  "mounts",
  "machines",
  "expiring",
  "status",
  "onboard",
  "api",
  "authorize",
] as const;
export type PageName = (typeof PAGES)[number];

export const BASE = "/ui/";

export interface Place {
  readonly page: PageName;
  /** Decoded, without a leading slash; a folder's ends in `/`. Empty: nothing but the page. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Each segment by itself; slashes stay. */
export const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

/** As it is, where it cannot be decoded. */
export const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const isPage = (text: string): text is PageName => PAGES.some((page) => page === text);

export const hrefOf = (page: PageName, path = "", query: Readonly<Record<string, string>> = {}): string => {
  const search = new URLSearchParams(query).toString();
  const where = page === "home" ? "" : path === "" ? page : `${page}/${encodePath(path)}`;
  return `${BASE}${where}${search && `?${search}`}`;
};

/** `undefined`: an address that no page has. */
export const placeOf = (url: { readonly pathname: string; readonly search: string }): Place | undefined => {
  if (!url.pathname.startsWith(BASE)) return undefined;
  const [first = "", ...rest] = url.pathname.slice(BASE.length).split("/").map(decoded);
  const page = first === "" ? "home" : first;
  if (!isPage(page)) return undefined;
  return { page, path: rest.join("/"), query: Object.fromEntries(new URLSearchParams(url.search)) };
};
