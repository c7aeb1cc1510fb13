/** An answer of table or KMS that takes longer than this will not come; storage repeats, within its own budget. */
export const PATIENCE = { connectionTimeout: 500, requestTimeout: 2000, throwOnRequestTimeout: true };
