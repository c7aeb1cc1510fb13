import { shown } from "../../std/shown.ts";
import type { SentHeader } from "./header-shapes.ts";

/**
 * What a login's headers say, judged: the signature taken apart by a full-match grammar, and the few other headers
 * that may be sent on. Whatever else was sent is dropped if nobody signed it and it steers nothing, and refused
 * otherwise: a signed header that is not sent on would break the signature, and one that is sent on may steer STS.
 * Source: IAM User Guide, "Create a signed AWS API request"; what SDKs sign was taken from their signers.
 */

export const SERVER_ID = "X-Vault-AWS-IAM-Server-ID";

/** The parts of `Authorization`. */
export interface Signing {
  readonly accessKeyId: string;
  /** `yyyymmdd` */
  readonly day: string;
  readonly region: string;
  /** Lower-case names. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
}

/** Values by lower-case name; every name occurs once. */
export type Headers = ReadonlyMap<string, string>;

const NAME = /^[A-Za-z0-9-]{1,64}$/;
// visible ASCII, with single inner blanks allowed; no control characters, no outer blanks
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([A-Z0-9]{16,128})\/(\d{8})\/([a-z0-9-]{1,30})\/sts\/aws4_request, *SignedHeaders=([a-z0-9-]+(?:;[a-z0-9-]+)*), *Signature=([0-9a-f]{64})$/;

/** `x-amz-date` as Go prints it: `X-Amz-Date`. */
export const canonicalName = (name: string): string =>
  name.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());

/** One value per name; `undefined` for anything a header line could not carry unambiguously. */
export const singleHeaders = (sent: readonly SentHeader[]): Headers | undefined => {
  if (sent.length > 64) return undefined;
  const headers = new Map<string, string>();
  let size = 0;
  for (const [name, values] of sent) {
    const key = name.toLowerCase();
    // some clients split their Authorization header at its commas
    const value = key === "authorization" ? values.join(",") : values[0];
    if (value === undefined || (values.length !== 1 && key !== "authorization")) return undefined;
    if (!NAME.test(name) || !VALUE.test(value) || headers.has(key)) return undefined;
    size += name.length + value.length;
    headers.set(key, value);
  }
  return size <= 16 * 1024 ? headers : undefined;
};

export const parseAuthorization = (value: string | undefined): Signing | undefined => {
  const [, accessKeyId, day, region, signed, signature] = AUTHORIZATION.exec(value ?? "") ?? [];
  if (!accessKeyId || !day || !region || !signed || !signature) return undefined;
  const signedHeaders = signed.split(";");
  return new Set(signedHeaders).size === signedHeaders.length
    ? { accessKeyId, day, region, signedHeaders, signature }
    : undefined;
};

/** `Authorization` rebuilt from its parts. */
export const writeAuthorization = (scope: Signing): string =>
  `AWS4-HMAC-SHA256 Credential=${scope.accessKeyId}/${scope.day}/${scope.region}/sts/aws4_request, ` +
  `SignedHeaders=${scope.signedHeaders.join(";")}, Signature=${scope.signature}`;

/** Why the server-id header is not as configured; `undefined` when it is. Texts as Vault gives them. */
export const serverIdFault = (headers: Headers, expected: string): string | undefined => {
  const key = SERVER_ID.toLowerCase();
  const sent = headers.get(key);
  if (sent === undefined) return `missing header "${SERVER_ID}"`;
  if (sent !== expected) return `expected ${shown(expected)} but got ${shown(sent)}`;
  const authorization = headers.get("authorization");
  if (authorization === undefined) return "missing Authorization header";
  return parseAuthorization(authorization)?.signedHeaders.includes(key) ? undefined : "vault header wasn't signed";
};

/** Sent on with the value the caller signed. */
const SENT_ON = new Set(["content-type", "x-amz-date", "x-amz-security-token", SERVER_ID.toLowerCase()]);
/** Sent on with a value of our own, which the caller's must equal. */
const OURS = new Set(["authorization", "host", "content-length", "x-amz-content-sha256"]);
/** What SDKs and HTTP clients add and some sign: says who asks, decides nothing. Sent on where it was signed. */
const TOLD = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "amz-sdk-invocation-id",
  "amz-sdk-request",
  "user-agent",
  "x-amz-user-agent",
  "x-amzn-trace-id",
]);
/** Known to AWS as parts of a presigned URL; harmless and dropped when not signed. */
const PRESIGNED = new Set(["x-amz-algorithm", "x-amz-credential", "x-amz-signature", "x-amz-signedheaders"]);
/** Change how a message is read, routed or answered: refused even when nobody signed them. */
const STEERING =
  /^(content-encoding|transfer-encoding|te|trailer|expect|upgrade|forwarded|x-forwarded-.*|proxy-.*|x-http-method.*)$/;
/** What no operator can allow either: these belong to the connection, not to the request. */
const NEVER = /^(connection|content-encoding|transfer-encoding|te|trailer|expect|upgrade|proxy-.*)$/;
/** An answer in another form than XML, or packed, could not be read strictly. */
const PLAIN_ACCEPT = /^(\*\/\*|application\/xml|text\/xml)$/;
const steersAnswer = (name: string, value: string, signed: boolean): boolean =>
  (name === "accept" && !PLAIN_ACCEPT.test(value)) || (name === "accept-encoding" && signed && value !== "identity");

/** The lower-case names that `allowed_sts_header_values` adds to what is sent on. */
export const allowedExtra = (configured: readonly string[]): ReadonlySet<string> =>
  new Set(configured.map((name) => name.toLowerCase()).filter((name) => !NEVER.test(name) && !OURS.has(name)));

/** Canonical name of the first header that may not be in a login. `extra`: lower-case names an operator allowed. */
export const forbiddenHeader = (
  headers: Headers,
  signed: ReadonlySet<string>,
  extra: ReadonlySet<string>,
): string | undefined => {
  for (const [name, value] of headers) {
    if (SENT_ON.has(name) || OURS.has(name) || extra.has(name)) continue;
    const known = TOLD.has(name) || PRESIGNED.has(name);
    const steers = STEERING.test(name) || steersAnswer(name, value, signed.has(name));
    const unsendable = signed.has(name) && !TOLD.has(name);
    if (steers || unsendable || (name.startsWith("x-amz-") && !known)) return canonicalName(name);
  }
  return undefined;
};

/** The caller's own headers that go out. */
export const headersSentOn = (
  headers: Headers,
  signed: ReadonlySet<string>,
  extra: ReadonlySet<string>,
): Record<string, string> =>
  Object.fromEntries(
    [...headers].filter(([name]) => SENT_ON.has(name) || extra.has(name) || (TOLD.has(name) && signed.has(name))),
  );
