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

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

export const callbackIn = ({ pathname, search }: Pick<Location, "pathname" | "search">): Callback | undefined => {
  const [, encoded] = PATH.exec(pathname) ?? [];
  const mount = encoded && decoded(encoded);
  if (!mount) return undefined;
  const given = new URLSearchParams(search);
  return {
    mount,
    query: Object.fromEntries([...given].filter(([name]) => KNOWN.includes(name))),
  };
};

/** For the first lines of the page; once. */
export const takeCallback = (): Callback | undefined => {
  const callback = callbackIn(location);
  if (callback) history.replaceState(undefined, "", "/ui/");
  return callback;
};
