import { z } from "zod";
import { ORDERS, obey } from "../../src/core/operator.ts";
import { VaultError } from "../../src/framework/errors.ts";
import type { Program } from "./program.ts";

/**
 * The operator's orders to the system function, invoked directly and authorised by IAM. `core/operator.ts` records and
 * obeys them.
 *
 * Security: an order is exactly one member. An event of the gateway has many and a request's body is text inside one of
 * them, so nothing that comes over HTTP can be an order.
 */

const orderShape = z.strictObject({ zeroth: z.enum(ORDERS) });

/** What the operator gets: the token, once, or why not. */
export type OrderAnswer = { readonly root_token: string } | { readonly errors: readonly string[] };

const answer = async (order: z.infer<typeof orderShape>["zeroth"], program: Program): Promise<OrderAnswer> => {
  try {
    return { root_token: (await obey(program.server.core, order)).reveal() };
  } catch (error) {
    if (error instanceof VaultError && error.wire !== undefined) return { errors: [error.wire] };
    throw error;
  }
};

/** Answers an order; `undefined` for whatever else was sent. */
export const operator = (event: unknown, program: Program): Promise<OrderAnswer> | undefined => {
  const order = orderShape.safeParse(event);
  return order.success ? answer(order.data.zeroth, program) : undefined;
};
