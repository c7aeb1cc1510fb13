export type { Field } from "./encoding.ts";
export { type DataKey, keyVersionOf, OVERHEAD, open, type Place, seal } from "./envelope.ts";
export { KeysUnavailable, OpenRefused } from "./errors.ts";
export { createKeyring, type Keyring, type KeyShelf, type WrappedKey } from "./keyring.ts";
export { createKeyWrap } from "./kms.ts";
export { type OpaqueNames, SEGMENT_ALPHABET } from "./names.ts";
