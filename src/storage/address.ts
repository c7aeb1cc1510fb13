import { broken, tooDeep } from "./errors.ts";
import { MAX_PARTITION_KEY_BYTES, MAX_SEGMENTS, MAX_SORT_KEY_BYTES } from "./limits.ts";
import type { Address, Names } from "./store.ts";

/** Checks of addresses before they reach the table. */

/** Sort keys are printable ASCII below `~`: everything above is for parts of spread bodies. */
const SORT_KEY_TEXT = /^[\x20-\x7d]+$/;

/** Throws `invalid_request` for keys DynamoDB cannot hold, `internal` for keys no caller may make. */
export const checkAddress = ({ pk, sk }: Address): void => {
  if (pk === "" || !SORT_KEY_TEXT.test(sk)) throw broken("an address is empty or reserved");
  if (Buffer.byteLength(pk) > MAX_PARTITION_KEY_BYTES || Buffer.byteLength(sk) > MAX_SORT_KEY_BYTES) {
    throw tooDeep("path is too long");
  }
};

/** Names that refuse paths whose opaque form would not fit into a sort key. */
export const limitDepth = (names: Names): Names => ({
  tag: names.tag,
  path: (path) => {
    const segments = path.split("/").length - (path.endsWith("/") ? 1 : 0);
    if (segments > MAX_SEGMENTS) throw tooDeep(`path has more than ${MAX_SEGMENTS} segments`);
    return names.path(path);
  },
});
