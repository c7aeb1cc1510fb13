import { z } from "zod";
import type { AuditRecord } from "../../src/audit/types.ts";
import { generateRoot, initialize } from "../../src/core/config/initialize.ts";
import { VaultError } from "../../src/framework/errors.ts";
import { uuid } from "../../src/std/random.ts";
import type { Sensitive } from "../../src/std/sensitive.ts";
import type { Program } from "./program.ts";

/**
 * The operator's orders to the system function, invoked directly and authorised by IAM: the first root token, and a new
 * one when none is left. Both are recorded before and after, and counted for the alarm.
 *
 * Security: an order is exactly one member. An event of the gateway has many and a request's body is text inside one of
 * them, so nothing that comes over HTTP can be an order.
 */

const orderShape = z.strictObject({ zeroth: z.enum(["init", "generate-root"]) });
type Order = z.infer<typeof orderShape>["zeroth"];

/** What the operator gets: the token, once, or why not. */
export type OrderAnswer = { readonly root_token: string } | { readonly errors: readonly string[] };

const recordOf = (program: Program, order: Order): AuditRecord => ({
  operation: "update",
  decoded: {
    requestId: uuid(program.server.core.random),
    path: order === "init" ? "sys/init" : "sys/generate-root",
    token: undefined,
    wrapTtl: undefined,
    data: {},
    headers: {},
    // Who called stands in CloudTrail; the function is not told.
    sourceAddress: "",
  },
});

const obey = async (order: Order, program: Program): Promise<OrderAnswer> => {
  const { server, metrics } = program;
  const { core } = server;
  // This environment may have looked before somebody else initialized.
  core.config.drop();
  const record = recordOf(program, order);
  await core.audit.request(record);
  let token: Sensitive<string>;
  try {
    token = order === "init" ? await initialize(core) : await generateRoot(core);
  } catch (error) {
    const wire = error instanceof VaultError ? error.wire : undefined;
    await core.audit.response({ ...record, error: wire ?? "internal error" }, {});
    if (wire === undefined) throw error;
    return { errors: [wire] };
  }
  metrics.count("rootGenerated");
  try {
    await core.audit.response(record, {});
  } catch (error) {
    // A root token nobody recorded must not live.
    const tag = await core.tokens.tag(token.reveal());
    if (tag !== undefined) await core.tokens.revoke(tag);
    throw error;
  }
  return { root_token: token.reveal() };
};

/** Answers an order; `undefined` for whatever else was sent. */
export const operator = (event: unknown, program: Program): Promise<OrderAnswer> | undefined => {
  const order = orderShape.safeParse(event);
  return order.success ? obey(order.data.zeroth, program) : undefined;
};
