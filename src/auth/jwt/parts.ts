import { createFetch, createGuard, type Fetch, PUBLIC, type Reach } from "../../outgoing/index.ts";

/** What the method needs of the outside world: providers, which an operator names, through the guard. */
export interface Parts {
  readonly fetch: Fetch;
}

export const jwtParts = (reach: Reach = PUBLIC): Parts => ({ fetch: createFetch(createGuard(reach)) });
