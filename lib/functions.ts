/** The seven functions: what they are called, what they are given and why. Pure data. */

import { FUNCTIONS, type FunctionName } from "../src/contract/routes.ts";

export { FUNCTIONS, type FunctionName };

export interface Size {
  /** MB; processor share grows with it (one processor at 1,769 MB). */
  readonly memory: number;
  /** Seconds. */
  readonly timeout: number;
  readonly why: string;
}

/**
 * The gateway gives up after 29 seconds (30 s is the service's own limit). Whoever answers it ends a second earlier, so
 * that the caller gets Vault's error and not the gateway's; whoever may be called by kv ends before kv does.
 */
export const SIZES: Readonly<Record<FunctionName, Size>> = {
  login: { memory: 512, timeout: 26, why: "one STS call of at most 5 s, its retry, two table calls" },
  kv: { memory: 512, timeout: 28, why: "one table call; the rest is waiting for a forwarded answer" },
  dynamic: { memory: 1024, timeout: 26, why: "makes RSA keys (transit, pki) and waits for databases" },
  policy: { memory: 512, timeout: 26, why: "compiles policies; two table calls" },
  wrapping: { memory: 512, timeout: 26, why: "two table calls" },
  system: { memory: 512, timeout: 26, why: "removing a mount walks its entries, a page at a time, and can be resumed" },
  revoke: {
    memory: 512,
    timeout: 300,
    why: "a pass over an empty index is short, but a batch of fifty may wait seconds for each database",
  },
};
