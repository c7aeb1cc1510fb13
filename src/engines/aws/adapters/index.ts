import { PUBLIC, type Reach } from "../../../outgoing/index.ts";
import { type RandomSource, systemRandom } from "../../../std/random.ts";
import type { Aws, Sleep } from "../ports.ts";
import { type CredentialProvider, connections, type RequestHandler } from "./connections.ts";
import { iamOver } from "./iam.ts";
import { failureOf } from "./outcomes.ts";
import { stsOver } from "./sts.ts";

/**
 * The engine's way to AWS. This folder alone imports the SDK, and loads each client when it is first needed. It trusts
 * TLS and the credentials it is given; it must never dial a host that an operator wrote without asking the guard, and
 * never pass on a text of AWS.
 */

export interface AwsOptions {
  readonly region: string;
  readonly sleep: Sleep;
  readonly random?: RandomSource;
  /** What may be dialled where an operator names an endpoint; absent: public addresses only. */
  readonly reach?: Reach | undefined;
  /** The program's own; absent: the SDK's chain. */
  readonly credentials?: CredentialProvider;
  /** Answers instead of the network, in this process. */
  readonly requestHandler?: RequestHandler;
}

export const awsOver = (options: AwsOptions): Aws => {
  const made = connections({
    random: options.random ?? systemRandom,
    sleep: options.sleep,
    reach: options.reach ?? PUBLIC,
    credentials: options.credentials,
    requestHandler: options.requestHandler,
  });
  return {
    region: options.region,
    iam: (scope, budget) => iamOver(made, scope, budget),
    sts: (scope, budget) => stsOver(made, scope, budget),
    ownSession: async () => {
      try {
        return (await made.own()).sessionToken !== undefined;
      } catch (cause) {
        throw failureOf(cause);
      }
    },
  };
};
