/**
 * What a provider sent back with the browser: `/ui/vault/auth/M/oidc/callback?state&code`. It is taken out of the
 * address at once, so that the code is in no entry of the history.
 */

export interface Callback {
  /** Without `auth/`, without a slash at the end. */
  readonly mount: string;
  readonly query: Readonly<Record<string, string>>;
}

const PATH = /^\/ui\/vault\/auth\/(.+)\/oidc\/callback\/?$/;
const KNOWN = ["state", "code", "id_token", "error"];

export const callbackIn = ({ pathname, search }: Pick<Location, "pathname" | "search">): Callback | undefined => {
  const [, mount] = PATH.exec(pathname) ?? [];
  if (mount === undefined) return undefined;
  const given = new URLSearchParams(search);
  return {
    mount: mount.split("/").map(decodeURIComponent).join("/"),
    query: Object.fromEntries([...given].filter(([name]) => KNOWN.includes(name))),
  };
};

/** For the first lines of the page; once. */
export const takeCallback = (): Callback | undefined => {
  const callback = callbackIn(location);
  if (callback) history.replaceState(undefined, "", "/ui/");
  return callback;
};
