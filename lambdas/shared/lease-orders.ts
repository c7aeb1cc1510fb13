import type { HandOver } from "../../src/core/leases/types.ts";
import { batched } from "../../src/std/batched.ts";
import { hasExactly, isAnyText, isListOf } from "./guards.ts";
import { createInvoke } from "./invoke.ts";
import type { FunctionSettings } from "./settings.ts";
import { log } from "./stdout.ts";

/**
 * How a lease reaches the function that serves its mount when its time has come: an invocation that names leases by
 * their tags, and an answer that says no more than that it was done. What became of each is in the table.
 *
 * Security: an order has one member that no event of the gateway has. It ends nothing that is not due by the table
 * (`src/core/leases/types.ts`), and holds no secret.
 */

const MOST = 25;
/** More than the other function takes (`end-leases.ts`), less than the time of who asks. */
const PATIENCE_MS = 14_000;

const TAG = /^[A-Za-z0-9_-]{16,64}$/;
const isTag = (value: unknown): value is string => isAnyText(value) && TAG.test(value);

/** The tags in an order; `undefined` for any other event. */
export const tagsOf = (event: unknown): readonly string[] | undefined =>
  hasExactly(event, "zerothEnd") && isListOf(event.zerothEnd, isTag) && event.zerothEnd.length <= MOST
    ? event.zerothEnd
    : undefined;

export const DONE = { zerothEnded: true } as const;
const isDone = (answer: unknown): boolean => hasExactly(answer, "zerothEnded") && answer.zerothEnded === true;

/** Orders that are asked for while one is under way go together in the next. */
export const handOverByInvoke = ({ peers, region }: FunctionSettings): HandOver => {
  const invoke = createInvoke(region);

  const send = async (address: string, tags: readonly string[]): Promise<boolean> => {
    const payload = Buffer.from(JSON.stringify({ zerothEnd: tags }));
    const answer = await invoke(address, payload, AbortSignal.timeout(PATIENCE_MS));
    // The text of a failure is the peer's and stays in the peer's own log.
    if (answer.FunctionError !== undefined) throw new Error("the function failed");
    const said: unknown = JSON.parse(Buffer.from(answer.Payload ?? []).toString("utf8"));
    if (!isDone(said)) throw new Error("the function gave an answer of another shape");
    return true;
  };

  const orders = new Map(
    Object.entries(peers).map(([name, address]) => [
      name,
      batched<string, boolean>(MOST, (tags) => send(address, tags)),
    ]),
  );

  return async (to, lease) => {
    const order = orders.get(to);
    if (!order) {
      log("no such peer", { to });
      return false;
    }
    return order(lease);
  };
};
