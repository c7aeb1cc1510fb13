/** What a request may cost before anybody knows who sent it. Bytes and counts; all are checked before parsing. */

/** Largest request body the reference server takes by default; the default of the local server. */
export const BODY_BYTES = 32 * 1024 * 1024;

/** Levels of nesting of a JSON body. */
export const JSON_DEPTH = 500;

/**
 * Texts (keys included) and values of every kind in a body, before its sender is known: a shown token changes nothing.
 */
export const STRANGER_LEAVES = 1000;

/** The same once the token is known: room for a batch of 10,000 items with three members each. */
export const JSON_STRINGS = 64_000;
export const JSON_VALUES = 100_000;

/** Values of an unauthenticated request that the audit log hashes one by one; of more it shows one hash over all. */
export const STRANGER_AUDIT_LEAVES = 100;

/** Decoded path below `/v1/`. */
export const PATH_BYTES = 2048;
export const PATH_SEGMENTS = 50;

/** Query string as sent. */
export const QUERY_BYTES = 8192;

/** Request line and headers together, as the local server counts them. */
export const HEADER_BYTES = 32 * 1024;

/** Largest answer a front door passes on: Lambda's limit on a synchronous result, and a load balancer's. */
export const RESPONSE_BYTES = 5_900_000;
export const ALB_RESPONSE_BYTES = 1_000_000;
