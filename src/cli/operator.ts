import type { LambdaClientConfig } from "@aws-sdk/client-lambda";
import { Command } from "commander";
import { z } from "zod";
import { signOrder } from "./operator-identity.ts";

/**
 * `zeroth operator`: what only the operator's AWS identity may do. It invokes the system function directly, under IAM
 * (`lambda:InvokeFunction`), and sends a signed GetCallerIdentity along, so that the function knows who asks; nothing
 * goes over the API. A token is printed once and kept nowhere.
 */

export type Order = "init" | "generate-root" | "unseal";

export interface OrderOptions {
  /** Name or ARN of the system function: the stack's output `SystemFunction`. */
  readonly function: string;
  /** Absent: the SDK's own choice (`AWS_REGION`, the profile). */
  readonly region?: string;
}

/** The operator's text instead of a token. */
export class OrderFailed extends Error {
  override readonly name = "OrderFailed";
}

const answerShape = z.union([
  z.strictObject({ root_token: z.string().min(1) }),
  z.strictObject({ done: z.string() }),
  z.strictObject({ errors: z.array(z.string()).min(1) }),
]);

/** By the SDK's name of the error; the SDK's own text for errors not listed here. */
const REASONS: Readonly<Record<string, string>> = {
  AccessDeniedException: "this AWS identity may not invoke the function (lambda:InvokeFunction)",
  ResourceNotFoundException: "there is no such function in this account and Region",
  CredentialsProviderError: "no AWS credentials were found",
  ExpiredTokenException: "the AWS credentials have expired",
  UnrecognizedClientException: "the AWS credentials are not valid",
  TooManyRequestsException: "the function is busy, try again",
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown failure";
  return REASONS[error.name] ?? `${error.name}: ${error.message}`;
};

const invoke = async (order: Order, options: OrderOptions, config: LambdaClientConfig): Promise<Uint8Array> => {
  const { LambdaClient, InvokeCommand } = await import("@aws-sdk/client-lambda");
  // Never repeated: the first try may have made a token whose answer was lost.
  const region = options.region === undefined ? {} : { region: options.region };
  const client = new LambdaClient({ maxAttempts: 1, ...region, ...config });
  try {
    const identity = await signOrder(order, options.function, {
      region: await client.config.region(),
      credentials: await client.config.credentials(),
    });
    const Payload = Buffer.from(JSON.stringify({ zeroth: order, identity }));
    const answer = await client.send(new InvokeCommand({ FunctionName: options.function, Payload }));
    if (answer.FunctionError !== undefined) {
      throw new OrderFailed("the function failed; its log says why. A token it may have made was shown to nobody");
    }
    return answer.Payload ?? new Uint8Array();
  } catch (error) {
    throw error instanceof OrderFailed ? error : new OrderFailed(reasonOf(error), { cause: error });
  } finally {
    client.destroy();
  }
};

/**
 * Gives the order and answers the new root token, `undefined` where the order makes none. Throws `OrderFailed` with a
 * text for the operator.
 */
export const giveOrder = async (
  order: Order,
  options: OrderOptions,
  config: LambdaClientConfig = {},
): Promise<string | undefined> => {
  const payload = await invoke(order, options, config);
  let answer: unknown;
  try {
    answer = JSON.parse(Buffer.from(payload).toString("utf8"));
  } catch {
    answer = undefined;
  }
  const known = answerShape.safeParse(answer);
  if (!known.success) throw new OrderFailed("this is not the system function of a Zeroth deployment");
  if ("errors" in known.data) throw new OrderFailed(known.data.errors.join("; "));
  return "root_token" in known.data ? known.data.root_token : undefined;
};

const run = async (order: Order, options: OrderOptions): Promise<void> => {
  try {
    const token = await giveOrder(order, options);
    if (token === undefined) {
      process.stderr.write(`${order}: done\n`);
      return;
    }
    process.stdout.write(`${token}\n`);
    process.stderr.write("This root token is shown once. Make a policy and a login with it, then revoke it.\n");
  } catch (error) {
    if (!(error instanceof OrderFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
};

const order = (name: Order, says: string): Command =>
  new Command(name)
    .description(says)
    .requiredOption("--function <name>", "name or ARN of the system function (the stack's output SystemFunction)")
    .option("--region <region>", "the Region it is in; the SDK's choice unless given")
    .action((options: OrderOptions) => run(name, options));

export const operatorCommand = (): Command =>
  new Command("operator")
    .description("orders that only the operator's AWS identity may give, directly to the system function")
    .addCommand(order("init", "make the first root token of a deployment; works once"))
    .addCommand(order("generate-root", "make a root token when none is left; audited, and it raises an alarm"))
    .addCommand(order("unseal", "take back the seal of sys/seal; audited, and it raises an alarm"));
