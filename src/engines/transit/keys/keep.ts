import type { BackendContext } from "../../../framework/index.ts";
import { clearLeftovers } from "./leftovers.ts";
import { rotateDue } from "./rotate.ts";

/** The periodic work of a mount: what processes that died left behind goes, then keys that are due are rotated. */
export const keepKeys = async (cx: BackendContext, deadlineMs: number): Promise<void> => {
  // One must not keep the other from its turn.
  const done = await Promise.allSettled([clearLeftovers(cx, deadlineMs), rotateDue(cx, deadlineMs)]);
  for (const outcome of done) if (outcome.status === "rejected") throw outcome.reason;
};
