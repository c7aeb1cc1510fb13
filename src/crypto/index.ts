export type { Field } from "./encoding.ts";
export { type DataKey, keyVersionOf, OVERHEAD, open, type Place, seal } from "./envelope.ts";
export { KeysUnavailable, OpenRefused } from "./errors.ts";
export type { KeyShelf, NewestKeys, WrappedKey } from "./key-shelf.ts";
export { createKeyring, type Keyring } from "./keyring.ts";
export { createKeyWrap } from "./kms.ts";
export { type OpaqueNames, SEGMENT_ALPHABET } from "./names.ts";
