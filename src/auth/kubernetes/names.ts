/** Names as a cluster allows them. Source: Kubernetes, "Object Names and IDs". */

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ACCOUNT = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const UID = /^[A-Za-z0-9-]{1,128}$/;

export const isNamespace = (text: string): boolean => NAMESPACE.test(text);
/** Two dots in a row would be another path. */
export const isAccountName = (text: string): boolean => ACCOUNT.test(text) && !text.includes("..");
export const isUid = (text: string): boolean => UID.test(text);
