import { operatorServerId } from "../../src/contract/operator.ts";
import { ORDERS, type Order, type OrderOptions, obey } from "../../src/core/operator.ts";
import { VaultError } from "../../src/framework/errors.ts";
import { hasExactly, isAnyText, isRecordOf } from "./guards.ts";
import type { Program } from "./program.ts";

/**
 * The operator's orders to the system function, invoked directly and authorised by IAM. With the order comes a signed
 * GetCallerIdentity: STS says who gave it, the setting `zeroth:operators` whether they may, and the audit line names
 * them. `src/core/operator.ts` records and obeys.
 *
 * Security: an order has one or two members that no event of the gateway has; a request's body is text inside one of
 * many, so nothing that comes over HTTP can be an order. Where operators are named, an order without an identity is
 * refused; if none are, anyone who may invoke the function may give it, and an identity that is offered must be valid.
 */

interface Event {
  readonly zeroth: Order;
  readonly identity?: Readonly<Record<string, string>> | undefined;
}

/** The order in an event; `undefined` for any other. */
const orderOf = (event: unknown): Event | undefined => {
  if (!hasExactly(event, "zeroth") && !hasExactly(event, "zeroth", "identity")) return undefined;
  const zeroth = ORDERS.find((order) => order === event.zeroth);
  const identity = "identity" in event ? event.identity : undefined;
  if (zeroth === undefined || (identity !== undefined && !isRecordOf(identity, isAnyText))) return undefined;
  return { zeroth, identity };
};

/** What the operator gets: the token, once; that it is done; or why not. */
export type OrderAnswer =
  | { readonly root_token: string }
  | { readonly done: Order }
  | { readonly errors: readonly string[] };

const refused = (wire: string): VaultError => new VaultError("permission_denied", { wire });

const authorise = async ({ zeroth, identity }: Event, program: Program): Promise<OrderOptions> => {
  const { operators, lambdaName, region } = program.settings;
  if (identity === undefined) {
    if (operators.length === 0) return {};
    return { refusal: refused("this deployment names its operators: give the order with 'zeroth operator'") };
  }
  const { signedCaller, signedCallerShape, isNamedBy } = await import("../../src/auth/aws/signed-caller.ts");
  const signed = signedCallerShape.safeParse(identity);
  if (!signed.success) return { refusal: refused("the identity of the order is malformed") };
  try {
    const { sts } = await program.aws();
    const { clock } = program.server.core;
    const serverId = operatorServerId(lambdaName, zeroth);
    const caller = await signedCaller(signed.data, { sts, region, serverId, clock });
    const may = operators.length === 0 || isNamedBy(caller, operators);
    if (may) return { operator: caller.arn };
    return { operator: caller.arn, refusal: refused(`${caller.arn} is not one of the operators of this deployment`) };
  } catch (error) {
    if (error instanceof VaultError) return { refusal: error };
    throw error;
  }
};

const answer = async (event: Event, program: Program): Promise<OrderAnswer> => {
  try {
    const token = await obey(program.server.core, event.zeroth, await authorise(event, program));
    return token ? { root_token: token.reveal() } : { done: event.zeroth };
  } catch (error) {
    if (error instanceof VaultError && error.wire !== undefined) return { errors: [error.wire] };
    throw error;
  }
};

/** Answers an order; `undefined` for whatever else was sent. */
export const operator = (event: unknown, program: Program): Promise<OrderAnswer> | undefined => {
  const order = orderOf(event);
  return order && answer(order, program);
};
