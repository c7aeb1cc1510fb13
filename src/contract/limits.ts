/** What a request may cost before anybody knows who sent it. Bytes and counts; all are checked before parsing. */

/** Largest request body the reference server takes by default; the default of the local server. */
export const BODY_BYTES = 32 * 1024 * 1024;

/** Levels of nesting of a JSON body. */
export const JSON_DEPTH = 500;

/** Texts in a JSON body, keys included: of a request that shows no token, and of one that does. */
export const JSON_STRINGS_ANONYMOUS = 1000;
export const JSON_STRINGS = 20_000;

/** Values in a JSON body, of every kind. */
export const JSON_VALUES = 100_000;

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
