/**
 * A machine outside AWS, as the SSM Agent on it behaves: makes its own RSA key, registers with an activation, asks for
 * its role's credentials with that key, and pings. For demonstrations and tests of hybrid login.
 */

import { constants, createHash, generateKeyPair, type KeyObject, sign } from "node:crypto";
import { promisify } from "node:util";
import { defined } from "../../std/defined.ts";
import { isJsonObject, parseJson } from "../../std/json.ts";
import type { Clock } from "../../std/time.ts";
import type { Claim } from "./claim.ts";
import type { SessionCredentials } from "./sessions.ts";
import { hmacSignature, stringToSign } from "./signature.ts";
import { AwsError, type WireReply, type WireRequest } from "./wire.ts";

export interface HybridMachine {
  /** `mi-` and 17 hexadecimal digits. */
  readonly instanceId: string;
  /** What the agent writes to the shared credentials file: its role's session, good for an hour. */
  credentials(): Promise<SessionCredentials>;
  /**
   * The agent's five-minute health ping; `report` is what the machine says of itself (`ComputerName`, `PlatformType`).
   */
  ping(report?: Readonly<Record<string, string>>): Promise<void>;
}

interface Activated {
  readonly activationId: string;
  readonly activationCode: string;
  readonly region: string;
  readonly clock: Clock;
  /** What identifies the hardware; the same text must come with every request for credentials. */
  readonly fingerprint?: string;
  /** An RSA pair of 2048 bits or more; made when absent. */
  readonly keys?: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };
}

type Send = (request: WireRequest) => Promise<WireReply>;

const member = (output: unknown, name: string): string => {
  const value = isJsonObject(output) ? output[name] : undefined;
  if (typeof value === "string") return value;
  throw new Error(`Systems Manager answered without ${name}`);
};

const refusal = (reply: WireReply): AwsError => {
  const output = parseJson(Buffer.from(reply.body).toString("utf8"));
  const message = isJsonObject(output) ? output["message"] : undefined;
  return new AwsError(member(output, "__type"), typeof message === "string" ? message : "", reply.status);
};

/** Signs a request's text and answers the Authorization header's signature. */
type Signer = { readonly id: string; readonly token?: string; sign(claim: Claim, text: string): string };

const post = async (send: Send, machine: Activated, operation: string, input: unknown, signer?: Signer) => {
  const { region, clock } = machine;
  const timestamp = `${new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
  const headers: Record<string, string> = defined({
    host: `ssm.${region}.amazonaws.com`,
    "content-type": "application/x-amz-json-1.1",
    "x-amz-date": timestamp,
    "x-amz-target": `AmazonSSM.${operation}`,
    "x-amz-security-token": signer?.token,
  });
  const request: WireRequest = {
    method: "POST",
    path: "/",
    query: "",
    headers,
    body: Buffer.from(JSON.stringify(input)),
  };
  if (signer) {
    const signedHeaders = Object.keys(headers).sort();
    const scopeDate = timestamp.slice(0, 8);
    const token = signer.token;
    const claim: Claim = {
      accessKeyId: signer.id,
      scopeDate,
      region,
      service: "ssm",
      signedHeaders,
      signature: "",
      timestamp,
      token,
      expires: undefined,
    };
    const signature = signer.sign(claim, stringToSign(request, claim));
    const credential = `${signer.id}/${scopeDate}/${region}/ssm/aws4_request`;
    headers["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  }
  const reply = await send(request);
  if (reply.status !== 200) throw refusal(reply);
  return parseJson(Buffer.from(reply.body).toString("utf8"));
};

/**
 * Registers a new machine. `send` carries requests to the doubles: their `handle`. Throws `AwsError` with the service's
 * code (`InvalidActivation`, `ActivationExpired`, `RegistrationLimitExceeded`).
 */
export const registerMachine = async (send: Send, machine: Activated): Promise<HybridMachine> => {
  const { publicKey, privateKey } = machine.keys ?? (await promisify(generateKeyPair)("rsa", { modulusLength: 2048 }));
  const PublicKey = publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const Fingerprint = machine.fingerprint ?? createHash("sha256").update(PublicKey).digest("hex").slice(0, 32);
  const registered = await post(send, machine, "RegisterManagedInstance", {
    ActivationCode: machine.activationCode,
    ActivationId: machine.activationId,
    PublicKey,
    PublicKeyType: "Rsa",
    Fingerprint,
  });
  const instanceId = member(registered, "InstanceId");
  const own: Signer = {
    id: instanceId,
    sign: (_, text) =>
      sign("sha256", Buffer.from(text), {
        key: privateKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 32,
      }).toString("base64"),
  };
  const credentials = async (): Promise<SessionCredentials> => {
    const output = await post(send, machine, "RequestManagedInstanceRoleToken", { Fingerprint }, own);
    const end = isJsonObject(output) ? Number(output["TokenExpirationDate"]) : 0;
    return {
      accessKeyId: member(output, "AccessKeyId"),
      secretAccessKey: member(output, "SecretAccessKey"),
      sessionToken: member(output, "SessionToken"),
      expires: end * 1000,
    };
  };
  const ping = async (report: Readonly<Record<string, string>> = {}): Promise<void> => {
    const { accessKeyId: id, secretAccessKey, sessionToken: token } = await credentials();
    const signer = { id, token, sign: (claim: Claim, text: string) => hmacSignature(secretAccessKey, claim, text) };
    await post(send, machine, "UpdateInstanceInformation", { ...report, InstanceId: instanceId }, signer);
  };
  return { instanceId, credentials, ping };
};
