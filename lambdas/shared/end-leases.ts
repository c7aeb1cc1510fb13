import { DONE, tagsOf } from "./lease-orders.ts";
import type { Program } from "./program.ts";

/** The other end of `lease-orders.ts`, for functions whose leases others find due. */

const WORK_MS = 10_000;

/** Obeys an order; `undefined` for any other event. */
export const endLeases = (event: unknown, { server }: Program): Promise<typeof DONE> | undefined => {
  const tags = tagsOf(event);
  if (tags === undefined) return undefined;
  const { leases, clock } = server.core;
  return leases.endDue(tags, clock.now() + WORK_MS).then(() => DONE);
};
