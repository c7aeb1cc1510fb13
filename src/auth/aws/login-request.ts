import { createHash } from "node:crypto";
import { z } from "zod";
import { field, invalidRequest, type VaultError } from "../../framework/index.ts";
import { cut } from "../../std/shown.ts";
import type { ClientConfig } from "./client-config.ts";
import { decodeBase64, headersField } from "./header-shapes.ts";
import type { StsRequest } from "./ports.ts";
import { type Partition, partitionOf, regionOfStsHost, stsHosts } from "./regions.ts";
import {
  allowedExtra,
  forbiddenHeader,
  type Headers,
  headersSentOn,
  parseAuthorization,
  type Signing,
  serverIdFault,
  singleHeaders,
  writeAuthorization,
} from "./signed-headers.ts";

/**
 * A login as a caller sends it, and the one request it may become. Nothing of the outgoing request is the caller's
 * text but the values of a few headers: the path is fixed, method, parameters and host are chosen from constants that
 * equal what was signed, and the place to connect to follows from the region of the signature.
 */

export const loginShape = {
  role: field.text("Role to log in with; absent: the caller's own friendly name."),
  iam_http_request_method: field.text("Method of the signed request: `POST`, or `GET` with the parameters in the URL."),
  iam_request_url: field.text("Base64 of the URL of the signed request."),
  iam_request_body: field.text("Base64 of the body of the signed request; empty or absent for a GET."),
  iam_request_headers: headersField,
  pkcs7: field.text("PKCS#7 signature of an EC2 identity document."),
  identity: field.text("Base64 of an EC2 identity document."),
  signature: field.text("Signature of an EC2 identity document."),
  nonce: field.text("Nonce of an EC2 login."),
};
const loginInput = z.object(loginShape);
export type LoginInput = z.output<typeof loginInput>;

/** How long before and after our time a request may be dated. Together below what a spent signature is kept for. */
export const MOST_AGE_MS = 10 * 60_000;
export const MOST_AHEAD_MS = 4 * 60_000;

const PARAMETERS = [
  "Action=GetCallerIdentity&Version=2011-06-15",
  "Version=2011-06-15&Action=GetCallerIdentity",
] as const;
const FORM = /^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i;

/** 400 `invalid request`; only the audit log learns why. */
const invalid = (reason: string): VaultError => invalidRequest("invalid request", { reason });

/** Which type of login is meant, by the presence of fields alone. Throws for both and for neither. */
export const loginType = (input: LoginInput): "iam" | "ec2" => {
  const ec2 = input.pkcs7 !== undefined || (input.identity !== undefined && input.signature !== undefined);
  const iam =
    input.iam_http_request_method !== undefined &&
    input.iam_request_url !== undefined &&
    (input.iam_request_body !== undefined || input.iam_http_request_method === "GET") &&
    input.iam_request_headers !== undefined;
  if (ec2 && iam) throw invalidRequest("supplied auth values for both ec2 and iam auth types");
  if (!ec2 && !iam) throw invalidRequest("didn't supply required authentication values");
  return ec2 ? "ec2" : "iam";
};

const readMethod = (method: string | undefined): StsRequest["method"] => {
  if (!method) throw invalidRequest("missing iam_http_request_method");
  if (method === "POST" || method === "GET") return method;
  throw invalidRequest("invalid iam_http_request_method; currently only 'GET' and 'POST' are supported");
};

/** The constant that equals the parameters as they were sent. */
const constantOf = (parameters: string): string | undefined => PARAMETERS.find((known) => known === parameters);

/** The parts of the signed URL, by a grammar that knows `https://<host>/` and, after it, parameters of a GET. */
const readUrl = (encoded: string | undefined, method: StsRequest["method"]): { host: string; query: string } => {
  if (!encoded) throw invalidRequest("missing iam_request_url");
  if (encoded.length > 4096) throw invalid("iam_request_url is too long");
  const url = decodeBase64(encoded);
  if (url === undefined) throw invalidRequest("failed to base64 decode iam_request_url");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x20\x7f]/.test(url)) throw invalidRequest("error parsing iam_request_url");
  const [, host, sent] = /^https:\/\/([a-z0-9.-]{1,120})\/?(?:\?(.*))?$/.exec(url) ?? [];
  if (host === undefined || (method === "POST" && sent !== undefined))
    throw invalid("iam_request_url is not https://<host>/");
  if (method === "POST") return { host, query: "" };
  const query = constantOf(sent ?? "");
  // A presigned URL too: its signature could be valid for days.
  if (query === undefined) throw invalid("the query is not that of a GetCallerIdentity signed in its headers");
  return { host, query };
};

const readBody = (encoded: string | undefined, method: StsRequest["method"]): string => {
  if (method === "GET") {
    if (encoded) throw invalid("a GET has a body");
    return "";
  }
  if (!encoded) throw invalidRequest("missing iam_request_body");
  const body = encoded.length > 2048 ? undefined : decodeBase64(encoded);
  if (body === undefined) throw invalidRequest("failed to base64 decode iam_request_body");
  const constant = constantOf(body);
  if (constant === undefined) throw invalidRequest("iam request body is invalid");
  return constant;
};

const checkDate = (headers: Headers, signing: Signing, now: number): void => {
  const [, y, mo, d, h, mi, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headers.get("x-amz-date") ?? "") ?? [];
  const iso = `${y}-${mo}-${d}T${h}:${mi}:${s}.000Z`;
  const at = Date.parse(iso);
  if (Number.isNaN(at) || new Date(at).toISOString() !== iso) throw invalid("X-Amz-Date is missing or malformed");
  if (signing.day !== `${y}${mo}${d}`) throw invalid("X-Amz-Date and credential scope differ");
  if (at < now - MOST_AGE_MS || at > now + MOST_AHEAD_MS)
    throw invalidRequest("signed request is too old or too new; sign it again and check the client's clock", {
      reason: "X-Amz-Date is outside the window",
    });
};

/** Where to connect and what to be called there: the configured endpoint, or STS of the signature's region. */
const chooseEndpoint = (host: string, signing: Signing, config: ClientConfig, partition: Partition): string => {
  const region = signing.region;
  if (config.sts_endpoint !== "" && !config.use_sts_region_from_client) {
    const endpoint = new URL(config.sts_endpoint).hostname;
    const expected = config.sts_region || regionOfStsHost(endpoint);
    if (region !== expected) throw invalid("request is signed for another region than that of sts_endpoint");
    if (host !== endpoint && !stsHosts(region).includes(host)) throw invalid("host is not STS of the region");
    return endpoint;
  }
  if (partitionOf(region) !== partition)
    throw invalidRequest(`unable to get regional STS endpoint for region: ${cut(region)}`);
  const known = stsHosts(region).find((name) => name === host);
  if (known === undefined) throw invalid("host is not STS of the signature's region");
  return known;
};

/** Values that are ours to write must equal what the caller signed, where the caller sent them. */
const checkOurs = (headers: Headers, ours: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(ours))
    if ((headers.get(name) ?? value) !== value) throw invalid(`header ${name} contradicts the request`);
  if (!FORM.test(headers.get("content-type") ?? "application/x-www-form-urlencoded"))
    throw invalid("content type is not that of a form");
};

const readSigning = (headers: Headers): Signing => {
  const authorization = headers.get("authorization");
  if (authorization === undefined || !/Credential=[^/]*\/[^/]*\/[^/]/.test(authorization))
    throw invalidRequest("region missing from Authorization header");
  const signing = parseAuthorization(authorization);
  if (!signing) throw invalid("Authorization header is malformed");
  for (const name of ["host", "x-amz-date"])
    if (!signing.signedHeaders.includes(name)) throw invalid(`header ${name} is not signed`);
  return signing;
};

export interface SignedLogin {
  readonly request: StsRequest;
  /** SHA-256 of the signature, hex: what must not be used again once its replay window is over. */
  readonly once: string;
}

/** Judges an IAM login and builds the request to STS. Throws `invalid_request`; nothing has been sent by then. */
export const readLogin = (input: LoginInput, config: ClientConfig, partition: Partition, now: number): SignedLogin => {
  const method = readMethod(input.iam_http_request_method);
  const { host, query } = readUrl(input.iam_request_url, method);
  const body = readBody(input.iam_request_body, method);
  const sent = input.iam_request_headers;
  if (!sent || sent.length === 0) throw invalidRequest("missing iam_request_headers");
  const headers = singleHeaders(sent);
  if (!headers) throw invalid("a header is malformed, doubled or too long");

  if (config.iam_server_id_header_value !== "") {
    const fault = serverIdFault(headers, config.iam_server_id_header_value);
    if (fault) throw invalidRequest(`error validating X-Vault-AWS-IAM-Server-ID header: ${fault}`);
  }
  const extra = allowedExtra(config.allowed_sts_header_values);
  const signed = new Set(parseAuthorization(headers.get("authorization"))?.signedHeaders);
  const forbidden = forbiddenHeader(headers, signed, extra);
  if (forbidden) throw invalidRequest(`invalid request header: ${cut(forbidden)}`);
  const signing = readSigning(headers);
  const endpoint = chooseEndpoint(host, signing, config, partition);
  checkDate(headers, signing, now);

  const ours = {
    host,
    "content-length": String(body.length),
    "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
  };
  checkOurs(headers, ours);
  return {
    request: {
      endpoint,
      host,
      method,
      query,
      body,
      headers: {
        ...(method === "POST" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        ...headersSentOn(headers, signed, extra),
        ...(method === "POST" || signed.has("content-length") ? { "content-length": ours["content-length"] } : {}),
        ...(headers.has("x-amz-content-sha256") ? { "x-amz-content-sha256": ours["x-amz-content-sha256"] } : {}),
        authorization: writeAuthorization(signing),
      },
      retries: config.max_retries === 0 ? 0 : 1,
    },
    once: createHash("sha256").update(signing.signature).digest("hex"),
  };
};
