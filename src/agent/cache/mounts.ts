import { type Client, NO_RETRIES, type Token } from "../../client/index.ts";
import { isJsonObject } from "../../std/json.ts";
import type { Timer } from "../../std/timer.ts";
import { callNamespace } from "./namespace.ts";

/** Which paths are a key/value secret's, and of which: the server is asked once in a while for each mount. */

export interface KvMount {
  readonly namespace: string;
  /** With the slash at its end: `secret/`. */
  readonly path: string;
  readonly version: 1 | 2;
}

/** A secret at a mount, whichever of its paths was asked for: `secret/data/app` and `secret/metadata/app` are `app`. */
export interface KvPlace {
  readonly mount: KvMount;
  /** `undefined`: the mount itself, such as its configuration. */
  readonly name: string | undefined;
}

const V2_PATH = /^(?:data|metadata|subkeys|delete|undelete|destroy)\/(.+)$/;

export const placeAt = (mount: KvMount, path: string): KvPlace => {
  const below = path.slice(mount.path.length);
  const name = mount.version === 1 ? below : V2_PATH.exec(below)?.[1];
  return { mount, name: name === "" ? undefined : name };
};

export interface Mounts {
  /** Of what is known already. */
  known(namespace: string, path: string): KvMount | undefined;
  /** Asks where nothing is known; `undefined`: not a secret's, or the server does not say. */
  find(namespace: string, path: string, token: Token): Promise<KvMount | undefined>;
  clear(): void;
}

/** Milliseconds that an answer about a mount holds, and that a refusal does. */
const HOLDS = 300_000;
const REFUSED_HOLDS = 30_000;
/** A client waits for this at most so long. */
const PATIENCE = 5000;
const MOST = 200;

interface Known {
  readonly mount: KvMount | undefined;
  /** What the knowledge is about: a mount's path, or where nothing was told, the path that was asked about. */
  readonly begin: string;
  readonly until: number;
}

const mountOf = (
  namespace: string,
  data: unknown,
): { readonly begin: string; readonly mount?: KvMount } | undefined => {
  if (!isJsonObject(data) || typeof data["path"] !== "string" || !data["path"].endsWith("/")) return undefined;
  const { path: begin, type, options } = data;
  if (type !== "kv" && type !== "generic") return { begin };
  const version = isJsonObject(options) && options["version"] === "2" ? 2 : 1;
  return { begin, mount: { namespace, path: begin, version } };
};

export const createMounts = (client: Client, timer: Timer, steady: () => number): Mounts => {
  let known: readonly (Known & { readonly namespace: string })[] = [];

  const lookUp = (namespace: string, path: string): Known | undefined => {
    known = known.filter(({ until }) => until > steady());
    return known
      .filter((one) => one.namespace === namespace && path.startsWith(one.begin))
      .sort((a, b) => b.begin.length - a.begin.length)[0];
  };

  const ask = async (namespace: string, path: string, token: Token): Promise<unknown> => {
    const patience = new AbortController();
    const cancel = timer(PATIENCE, () => patience.abort());
    const inNamespace = callNamespace(namespace);
    try {
      const { secret } = await client.call({
        method: "GET",
        path: `sys/internal/ui/mounts/${path}`,
        token,
        ...(inNamespace === undefined ? {} : { namespace: inNamespace }),
        retry: NO_RETRIES,
        signal: patience.signal,
      });
      return secret?.data;
    } catch {
      return undefined;
    } finally {
      cancel();
    }
  };

  return {
    known: (namespace, path) => lookUp(namespace, path)?.mount,
    find: async (namespace, path, token) => {
      const before = lookUp(namespace, path);
      if (before !== undefined) return before.mount;
      const told = mountOf(namespace, await ask(namespace, path, token));
      const isTold = told !== undefined && path.startsWith(told.begin);
      const one = {
        namespace,
        begin: isTold ? told.begin : path,
        mount: isTold ? told.mount : undefined,
        until: steady() + (isTold ? HOLDS : REFUSED_HOLDS),
      };
      known = [...known, one].slice(-MOST);
      return one.mount;
    },
    clear: () => {
      known = [];
    },
  };
};
