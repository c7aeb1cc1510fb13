/** What a rule may permit, in the order the page names them. */
export const CAPABILITIES = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] as const;
export type Capability = (typeof CAPABILITIES)[number];
