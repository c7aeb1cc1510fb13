import type { Secret } from "../../client/contract.ts";
import { ResponseError } from "../../client/index.ts";
import { createInTurn } from "../../std/in-turn.ts";
import { isJsonObject } from "../../std/json.ts";

/**
 * Which mounts are version 2 of KV, so that `secret/app` can be read as `secret/data/app`. A mount is asked about once;
 * mounts do not lie within each other.
 */

interface Mount {
  /** With a slash at its end. */
  readonly path: string;
  readonly versioned: boolean;
}

export interface Mounts {
  /**
   * The mount of a path, if it is known to be KV version 2. Throws what the call throws, but for 403 and 404: then
   * `refused` is called, and the path is to be taken as it is written.
   */
  versioned(path: string, refused: () => void): Promise<string | undefined>;
}

const mountOf = (data: Secret["data"], namespace: string): Mount | undefined => {
  const path = data?.["path"];
  if (typeof path !== "string" || path === "") return undefined;
  const options = data?.["options"];
  const version = isJsonObject(options) ? options["version"] : undefined;
  const inside = path.startsWith(namespace) ? path.slice(namespace.length) : path;
  return { path: inside.endsWith("/") ? inside : `${inside}/`, versioned: data?.["type"] === "kv" && version === "2" };
};

const isRefused = (error: unknown): boolean =>
  error instanceof ResponseError && (error.status === 403 || error.status === 404);

/** `ask` reads a path. `namespace` may stand before the names of mounts. */
export const createMounts = (ask: (path: string) => Promise<Secret | undefined>, namespace = ""): Mounts => {
  const known: Mount[] = [];
  const unknown = new Set<string>();
  const inTurn = createInTurn();
  const prefix = namespace === "" || namespace.endsWith("/") ? namespace : `${namespace}/`;
  const find = (path: string): Mount | undefined => known.find((mount) => `${path}/`.startsWith(mount.path));

  const look = async (path: string, refused: () => void): Promise<Mount | undefined> => {
    const found = find(path);
    if (found || unknown.has(path)) return found;
    try {
      const mount = mountOf((await ask(`sys/internal/ui/mounts/${path}`))?.data ?? null, prefix);
      if (mount) known.push(mount);
      else unknown.add(path);
      return mount;
    } catch (error) {
      if (!isRefused(error)) throw error;
      refused();
      unknown.add(path);
      return undefined;
    }
  };

  return {
    versioned: async (path, refused) => {
      const mount = await inTurn(path.split("/", 1)[0] ?? "", () => look(path, refused));
      return mount?.versioned ? mount.path : undefined;
    },
  };
};

const under = (mount: string, path: string): string => (`${path}/` === mount ? "" : path.slice(mount.length));

/** `data/` goes behind the mount, unless the path says more. */
export const dataPath = (mount: string, path: string): string => {
  const rest = under(mount, path);
  if (/^(?:data|metadata|subkeys)(?:\/|$)/.test(rest)) return path;
  return rest === "" ? `${mount}data` : `${mount}data/${rest}`;
};

/** `metadata/` goes behind the mount of what is listed. */
export const listPath = (mount: string, path: string): string => {
  const rest = under(mount, path);
  if (/^metadata(?:\/|$)/.test(rest)) return path;
  return rest === "" ? `${mount}metadata` : `${mount}metadata/${rest}`;
};
