import { type AwsCredentials, signLogin, stsHost } from "../client/sign-login.ts";
import { operatorServerId } from "../contract/operator.ts";

/**
 * The operator's signature under an order: GetCallerIdentity, signed for STS and not sent. The function sends it on and
 * learns who signed. A signed header binds it to one order at one function.
 */

export interface OrderSigner {
  readonly region: string;
  readonly credentials: AwsCredentials;
}

/** `name`, `name:alias`, or an ARN of either: the name alone. */
export const nameOfFunction = (nameOrArn: string): string =>
  /(?:^|:function:)([\w-]+)(?::[^:]*)?$/.exec(nameOrArn)?.[1] ?? nameOrArn;

/** The four fields that carry a signed request, as a login with AWS has them. */
export const signOrder = (
  order: string,
  functionName: string,
  { region, credentials }: OrderSigner,
): Promise<Readonly<Record<string, string>>> =>
  signLogin({
    region,
    credentials,
    hostname: stsHost(region),
    serverId: operatorServerId(nameOfFunction(functionName), order),
  });
