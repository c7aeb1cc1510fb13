import { SignatureV4 } from "@smithy/signature-v4";
import type { EmbeddedAws } from "../../../../src/local/aws/index.ts";
import { ADMIN_1, Sha256 } from "../../local/aws/support.ts";

/** Clients of the embedded AWS: a login signed as SDKs sign it, and calls to EC2. */

export const ACCOUNT = "111122223333";
export type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

/** A login signed by the SDK's own signer. */
export const signedLogin = async (credentials: Keys, role: string) => {
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "https:",
    hostname: "sts.us-east-1.amazonaws.com",
    path: "/",
    query: {},
    headers: {
      host: "sts.us-east-1.amazonaws.com",
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "content-length": String(body.length),
    },
    body,
  });
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return {
    role,
    iam_http_request_method: "POST",
    iam_request_url: base64("https://sts.us-east-1.amazonaws.com/"),
    iam_request_body: base64(body),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
};

/** A trust policy for one service of AWS. */
export const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** One call to EC2; the XML of its answer. */
export const callEc2 = async (
  aws: EmbeddedAws,
  parameters: Record<string, string>,
  credentials: Keys = ADMIN_1,
): Promise<string> => {
  const hostname = "ec2.us-east-1.amazonaws.com";
  const body = new URLSearchParams({ ...parameters, Version: "2016-11-15" }).toString();
  const headers = { host: hostname, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const signer = new SignatureV4({ service: "ec2", region: "us-east-1", credentials, sha256: Sha256 });
  const signed = await signer.sign({ method: "POST", protocol: "https:", hostname, path: "/", headers, body });
  const request = { method: "POST", path: "/", query: "", headers: signed.headers, body: Buffer.from(body) };
  return Buffer.from((await aws.handle(request)).body).toString("utf8");
};
