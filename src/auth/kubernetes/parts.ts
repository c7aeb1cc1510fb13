import { createFetch, createGuard, type Fetch, type Guard, PUBLIC, type Reach } from "../../outgoing/index.ts";

/** What the method needs of the outside world. */
export interface Parts {
  readonly fetch: Fetch;
  readonly guard: Guard;
  /** Whether a cluster may be asked without TLS: on a developer's machine, where a double plays it. */
  readonly plainHttp: boolean;
  /** Where this program runs in a pod of a cluster. */
  readonly pod?: Pod | undefined;
}

/** The pod this program runs in. Its credentials are for its own cluster's API and go nowhere else. */
export interface Pod {
  /** Hosts of that API, as a URL has them. */
  readonly hosts: readonly string[];
  /** The pod's own token; `undefined` where it has none. Tokens are replaced from time to time. */
  readonly token: () => Promise<string | undefined>;
  /** Authorities of the cluster, PEM. */
  readonly authorities: () => Promise<string | undefined>;
}

export const kubernetesParts = (reach: Reach = PUBLIC, pod?: Pod): Parts => {
  const guard = createGuard(reach);
  return { guard, fetch: createFetch(guard), plainHttp: reach.loopback, pod };
};
