/**
 * Signature Version 4, read from the verifier's side: the text that must have been signed for a
 * request's claim to hold. Written from the documentation alone and sharing no code with the SDK's signer, so that the
 * two check each other. Source: AWS IAM User Guide, "Create a signed AWS API request".
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ALGORITHM, type Claim, queryPairs } from "./claim.ts";
import { AuthFailure, type WireRequest } from "./wire.ts";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const canonicalPath = (path: string): string => {
  const out: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") out.pop();
    else if (segment !== "" && segment !== ".") out.push(encode(segment));
  }
  const trailing = out.length > 0 && path.endsWith("/") ? "/" : "";
  return `/${out.join("/")}${trailing}`;
};

const canonicalQuery = (query: string): string =>
  queryPairs(query)
    .filter(([name]) => name !== "X-Amz-Signature")
    .map(([name, value]): [string, string] => [encode(name), encode(value)])
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

// May be left unsigned: the body's hash is computed here whatever the header says, and a token is bound to its key.
const MAY_BE_UNSIGNED = new Set(["x-amz-content-sha256", "x-amz-security-token"]);

const checkCoverage = (request: WireRequest, claim: Claim): void => {
  if (!claim.signedHeaders.includes("host")) {
    throw new AuthFailure("mismatch", "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith("x-amz-") && !MAY_BE_UNSIGNED.has(name) && !claim.signedHeaders.includes(name)) {
      throw new AuthFailure("mismatch", `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
};

/**
 * The text the signature must cover. Throws `AuthFailure` when a header that must be signed is not, when a signed one
 * is absent, or when the payload is not the one the request names.
 */
export const stringToSign = (request: WireRequest, claim: Claim): string => {
  checkCoverage(request, claim);
  const bodyHash = sha256(request.body);
  const named = request.headers["x-amz-content-sha256"];
  if (named !== undefined && named !== bodyHash) {
    throw new AuthFailure("mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  const headers = claim.signedHeaders.map((name) => {
    const value = request.headers[name];
    if (value === undefined) {
      throw new AuthFailure("mismatch", `'${name}' is named in SignedHeaders but is not in the request.`);
    }
    return `${name}:${value.trim().replace(/ +/g, " ")}\n`;
  });
  const canonical = [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.query),
    headers.join(""),
    claim.signedHeaders.join(";"),
    bodyHash,
  ].join("\n");
  const scope = `${claim.scopeDate}/${claim.region}/${claim.service}/aws4_request`;
  return [ALGORITHM, claim.timestamp, scope, sha256(canonical)].join("\n");
};

/** The signature a secret key makes of a text, in hexadecimal. */
export const hmacSignature = (secret: string, claim: Pick<Claim, "scopeDate" | "region" | "service">, text: string) => {
  const day = hmac(`AWS4${secret}`, claim.scopeDate);
  const key = hmac(hmac(hmac(day, claim.region), claim.service), "aws4_request");
  return hmac(key, text).toString("hex");
};

/** Whether the claim's signature is the HMAC of the text under the key's secret, in constant time. */
export const hmacMatches = (secret: string, claim: Claim, text: string): boolean => {
  const expected = Buffer.from(hmacSignature(secret, claim, text));
  const given = Buffer.from(claim.signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
};
