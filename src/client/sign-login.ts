import { Hash } from "@smithy/hash-node";
import { SignatureV4 } from "@smithy/signature-v4";
import { dnsSuffixOf, isRegion } from "../std/aws-region.ts";
import { defined } from "../std/defined.ts";
import { formPost } from "../std/form-post.ts";
import { shown } from "../std/shown.ts";
import { type Clock, systemClock } from "../std/time.ts";
import { SettingsError } from "./errors.ts";

/**
 * The proof of a login with AWS: GetCallerIdentity, signed for STS and not sent. The server sends it on and learns who
 * signed. The secret key does not leave this process.
 */

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface LoginSigner {
  /** `eu-central-1`; the signature is for STS there. */
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** Signed too, where the server asks for it, so that no other server accepts the proof. */
  readonly serverId?: string | undefined;
  /** Absent: as Vault's clients choose it. */
  readonly hostname?: string;
  readonly clock?: Clock;
}

/** The four fields that carry the signed request: the verb as it is, the others in base64. */
export interface SignedLogin extends Readonly<Record<string, string>> {
  readonly iam_http_request_method: string;
  readonly iam_request_url: string;
  readonly iam_request_body: string;
  readonly iam_request_headers: string;
}

const BODY = "Action=GetCallerIdentity&Version=2011-06-15";

/** The host of STS in a region. Throws `SettingsError` for what cannot be a region. */
export const stsHost = (region: string): string => {
  if (!isRegion(region)) throw new SettingsError(`${shown(region)} is not an AWS region`);
  return `sts.${region}.${dnsSuffixOf(region)}`;
};

/** Vault's clients use the global name for this region, and a server may have been told to take no other. */
const usualHost = (region: string): string => (region === "us-east-1" ? "sts.amazonaws.com" : stsHost(region));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

export const signLogin = async (login: LoginSigner): Promise<SignedLogin> => {
  const { region, credentials, serverId, hostname = usualHost(region), clock = systemClock } = login;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signer = new SignatureV4({
    service: "sts",
    region,
    credentials: { accessKeyId, secretAccessKey, ...defined({ sessionToken }) },
    sha256: Hash.bind(null, "sha256"),
  });
  const form = formPost(hostname, BODY, defined({ "x-vault-aws-iam-server-id": serverId }));
  const { headers } = await signer.sign(form, { signingDate: new Date(clock.now()) });
  return {
    iam_http_request_method: "POST",
    iam_request_url: base64(`https://${hostname}/`),
    iam_request_body: base64(BODY),
    iam_request_headers: base64(JSON.stringify(headers)),
  };
};
