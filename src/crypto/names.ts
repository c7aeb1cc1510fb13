import { createHmac, type KeyObject } from "node:crypto";
import { createBoundedMap } from "../std/bounded-map.ts";

/**
 * Turns users' names into opaque text under an index key, so that keys of the table tell nothing but equality.
 *
 * Each segment of a path becomes HMAC-SHA-256 over the whole HMAC of its parent path and the segment, cut to 128 bits
 * (22 characters of base64url). So equal names under different folders look different, and `path("a/b")` begins with
 * `path("a/")`: prefix queries work on opaque paths as they do on plain ones.
 *
 * A request asks for the same few paths again and again, so the last ones are remembered. Tags are not: they are also
 * made of tokens and other secrets, which must not outlive their request here. No secret goes through `path`.
 *
 * Security: names are read as UTF-16 for the reason given in `encoding.ts`. The index key must not rotate: every
 * address made from it would change.
 */

const TAG_BYTES = 16;
const NAME = Buffer.from([1]);
const SEGMENT = Buffer.from([2]);
const ROOT = Buffer.alloc(32);

/** What opaque segments are written in: base64url. */
export const SEGMENT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const cut = (digest: Buffer): string => digest.subarray(0, TAG_BYTES).toString("base64url");

export interface OpaqueNames {
  /** One name, whole. */
  tag(name: string): string;
  /** A path, segment by segment, joined by `/`; a trailing `/` is kept, and the empty path stays empty. */
  path(path: string): string;
}

/** Paths that are remembered, for each index key. */
const MAX_PATHS = 16;

export const createNames = (indexKey: KeyObject): OpaqueNames => {
  const known = createBoundedMap<string, string>(MAX_PATHS);

  const opaqueOf = (path: string): string => {
    const folder = path.endsWith("/");
    let parent: Buffer = ROOT;
    const opaque = (folder ? path.slice(0, -1) : path).split("/").map((segment) => {
      parent = createHmac("sha256", indexKey).update(SEGMENT).update(parent).update(segment, "utf16le").digest();
      return cut(parent);
    });
    return opaque.join("/") + (folder ? "/" : "");
  };

  return {
    tag: (name) => cut(createHmac("sha256", indexKey).update(NAME).update(name, "utf16le").digest()),
    path: (path) => {
      if (path === "") return "";
      const opaque = known.get(path) ?? opaqueOf(path);
      known.set(path, opaque);
      return opaque;
    },
  };
};
