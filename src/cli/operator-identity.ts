import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { operatorServerId } from "../contract/operator.ts";
import { formPost } from "../std/form-post.ts";

/**
 * The operator's signature under an order: GetCallerIdentity, signed for STS and not sent. The function sends it on and
 * learns who signed. A signed header binds it to one order at one function.
 */

export interface OrderSigner {
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

const BODY = "Action=GetCallerIdentity&Version=2011-06-15";

/** `name`, `name:alias`, or an ARN of either: the name alone. */
export const nameOfFunction = (nameOrArn: string): string =>
  /(?:^|:function:)([\w-]+)(?::[^:]*)?$/.exec(nameOrArn)?.[1] ?? nameOrArn;

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The four fields that carry a signed request, as a login with AWS has them. */
export const signOrder = async (
  order: string,
  functionName: string,
  { region, credentials }: OrderSigner,
): Promise<Readonly<Record<string, string>>> => {
  const hostname = `sts.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
  const signer = new SignatureV4({ service: "sts", region, credentials, sha256: Hash.bind(null, "sha256") });
  const serverId = operatorServerId(nameOfFunction(functionName), order);
  const { headers } = await signer.sign(formPost(hostname, BODY, { "x-vault-aws-iam-server-id": serverId }));
  return {
    iam_http_request_method: "POST",
    iam_request_url: base64(`https://${hostname}/`),
    iam_request_body: base64(BODY),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
};
