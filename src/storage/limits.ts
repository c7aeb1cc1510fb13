/** What fits into the table. DynamoDB: items of 400 KB, partition keys of 2,048 and sort keys of 1,024 bytes. */

/** Longest body, as JSON text, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Sealed bytes one item holds; leaves room for keys and attributes below DynamoDB's 400 KB. */
export const PART_BYTES = 350 * 1024;

/** Most items one body is spread over (name and sealing overhead included). */
export const MAX_PARTS = 4;

/** Most segments of an opaque path: 44 x 23 characters and a short prefix fill a sort key. */
export const MAX_SEGMENTS = 44;

export const MAX_PARTITION_KEY_BYTES = 2048;
export const MAX_SORT_KEY_BYTES = 1024;

/** Most members of one transaction, and most keys of one batch read. */
export const MAX_MEMBERS = 100;

/** Most entries `query` answers at once unless told otherwise. */
export const PAGE_ENTRIES = 1000;
