import { createFetch, createGuard, type Fetch, type Guard, PUBLIC, type Reach } from "../../outgoing/index.ts";

/** What the method needs of the outside world. */
export interface Parts {
  readonly fetch: Fetch;
  readonly guard: Guard;
  /** Whether a server may be asked without TLS: on a developer's machine, where a double plays GitHub. */
  readonly plainHttp: boolean;
}

export const githubParts = (reach: Reach = PUBLIC): Parts => {
  const guard = createGuard(reach);
  return { guard, fetch: createFetch(guard), plainHttp: reach.loopback };
};
