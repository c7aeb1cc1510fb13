import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { request as send } from "node:http";
import { dirname } from "node:path";
import { fromIni } from "@aws-sdk/credential-providers";
import { SignatureV4 } from "@smithy/signature-v4";
import type { SessionCredentials, WireReply, WireRequest } from "../../src/local/aws/index.ts";

/**
 * The AWS side of the story: wire requests, the credentials file the agent keeps, logins signed by the SDK's signer.
 */

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** SHA-256 as the SDK's signer wants it. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    if (secret === undefined) this.#hash = createHash("sha256");
    else if (typeof secret === "string") this.#hash = createHmac("sha256", secret);
    else
      this.#hash = createHmac(
        "sha256",
        Buffer.from(
          ArrayBuffer.isView(secret)
            ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
            : new Uint8Array(secret),
        ),
      );
  }
  update(chunk: Uint8Array | string): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

/** One HTTP request to the embedded AWS; the Host that was signed goes along, wherever the socket leads. */
export const wireTo =
  (url: string) =>
  ({ method, path, query, headers, body }: WireRequest): Promise<WireReply> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const outgoing = send(
        { hostname, port, method, path: query === "" ? path : `${path}?${query}`, headers: { ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () => {
            const found = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
            resolve({
              status: response.statusCode ?? 0,
              headers: Object.fromEntries(found),
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });

/** Writes what the SSM agent writes, and reads it back as every AWS SDK does. */
export const throughCredentialsFile = async (file: string, session: SessionCredentials): Promise<Keys> => {
  await mkdir(dirname(file), { recursive: true });
  const lines = [
    "[default]",
    `aws_access_key_id = ${session.accessKeyId}`,
    `aws_secret_access_key = ${session.secretAccessKey}`,
    `aws_session_token = ${session.sessionToken}`,
  ];
  await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return fromIni({ filepath: file, configFilepath: file, profile: "default" })();
};

const STS = "sts.us-east-1.amazonaws.com";
const BODY = "Action=GetCallerIdentity&Version=2011-06-15";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The body of `auth/aws/login`: a GetCallerIdentity request, signed and not sent. */
export const signedLogin = async (credentials: Keys, role: string) => {
  const signer = new SignatureV4({ service: "sts", region: "us-east-1", credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "https:",
    hostname: STS,
    path: "/",
    query: {},
    headers: {
      host: STS,
      "content-type": "application/x-www-form-urlencoded; charset=utf-8",
      "content-length": String(BODY.length),
    },
    body: BODY,
  });
  return {
    role,
    iam_http_request_method: "POST",
    iam_request_url: base64(`https://${STS}/`),
    iam_request_body: base64(BODY),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
};

/** A request to EC2, which has no client among our dependencies, signed. */
export const ec2 = async (
  url: string,
  credentials: Keys,
  parameters: Readonly<Record<string, string>>,
): Promise<string> => {
  const hostname = "ec2.us-east-1.amazonaws.com";
  const body = new URLSearchParams({ ...parameters, Version: "2016-11-15" }).toString();
  const headers = { host: hostname, "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const signer = new SignatureV4({ service: "ec2", region: "us-east-1", credentials, sha256: Sha256 });
  const signed = await signer.sign({
    method: "POST",
    protocol: "https:",
    hostname,
    path: "/",
    query: {},
    headers,
    body,
  });
  const reply = await wireTo(url)({
    method: "POST",
    path: "/",
    query: "",
    headers: signed.headers,
    body: Buffer.from(body),
  });
  return Buffer.from(reply.body).toString("utf8");
};
