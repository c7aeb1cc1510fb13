import { hmacSignature, stringToSign } from "../../src/local/aws/signature.ts";

/** Logins of machines: GetCallerIdentity requests, signed and not sent. */

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const HOST = "sts.us-east-1.amazonaws.com";
const BODY = "Action=GetCallerIdentity&Version=2011-06-15";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The body of `auth/aws/login`. A signature works once, and `at` (milliseconds) is all that tells two apart. */
export const signedLogin = (keys: Keys, role: string, at: number) => {
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
    host: HOST,
    "x-amz-date": timestamp,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const claim = {
    accessKeyId: keys.accessKeyId,
    scopeDate: timestamp.slice(0, 8),
    region: "us-east-1",
    service: "sts",
    signedHeaders: Object.keys(headers).sort(),
    signature: "",
    timestamp,
    token: keys.sessionToken,
    expires: undefined,
  };
  const text = stringToSign({ method: "POST", path: "/", query: "", headers, body: Buffer.from(BODY) }, claim);
  const signature = hmacSignature(keys.secretAccessKey, claim, text);
  const credential = `${claim.accessKeyId}/${claim.scopeDate}/${claim.region}/sts/aws4_request`;
  headers["authorization"] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${claim.signedHeaders.join(";")}, Signature=${signature}`;
  return {
    role,
    iam_http_request_method: "POST",
    iam_request_url: base64(`https://${HOST}/`),
    iam_request_body: base64(BODY),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
};
