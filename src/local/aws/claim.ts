/** What a request says of its signature, before anything of it is believed: the Authorization header or the query. */
import { AuthFailure, type WireRequest } from "./wire.ts";

export interface Claim {
  readonly accessKeyId: string;
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly token: string | undefined;
  /** Seconds a presigned URL is good for; undefined when the signature is in the Authorization header. */
  readonly expires: number | undefined;
}

export const ALGORITHM = "AWS4-HMAC-SHA256";
const incomplete = (message: string): AuthFailure => new AuthFailure("incomplete", message);

/** Decodes `%XX` only: a plus sign stays a plus sign. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw incomplete("The request's query string is not valid UTF-8 in percent-encoding.");
  }
};

/** The pairs of a query string, decoded, in the order they came. */
export const queryPairs = (query: string): [name: string, value: string][] =>
  query
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const at = part.indexOf("=");
      return at < 0 ? [decode(part), ""] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });

const compactDate = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (/^\d{8}T\d{6}Z$/.test(text)) return text;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
};

/** Milliseconds since the epoch, or NaN. */
export const timestampMs = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

const claimOf = (
  credential: string,
  rest: Pick<Claim, "signature" | "timestamp" | "token" | "expires"> & { signed: string },
): Claim => {
  const [accessKeyId, scopeDate, region, service, term, ...more] = credential.split("/");
  if (!accessKeyId || !scopeDate || !region || !service || term !== "aws4_request" || more.length > 0) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${credential}'`,
    );
  }
  const signedHeaders = rest.signed.split(";");
  const ordered = signedHeaders.every((name, i) => name !== "" && (i === 0 || (signedHeaders[i - 1] ?? "") < name));
  if (!ordered || rest.signed !== rest.signed.toLowerCase()) {
    throw incomplete(`SignedHeaders must be lower-case, sorted and without repetition, got '${rest.signed}'`);
  }
  const { signature, timestamp, token, expires } = rest;
  return { accessKeyId, scopeDate, region, service, signedHeaders, signature, timestamp, token, expires };
};

const fromHeader = (request: WireRequest, authorization: string): Claim => {
  const space = authorization.indexOf(" ");
  if (authorization.slice(0, space) !== ALGORITHM) {
    throw incomplete(`Unsupported AWS 'algorithm': '${authorization.split(" ")[0]}' (only ${ALGORITHM} is supported).`);
  }
  const parts = new Map<string, string>();
  for (const part of authorization.slice(space + 1).split(",")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at < 0 || parts.has(name)) throw incomplete(`Authorization header has a malformed component: '${part.trim()}'`);
    parts.set(name, part.slice(at + 1).trim());
  }
  const timestamp = compactDate(request.headers["x-amz-date"] ?? request.headers["date"]);
  const missing = ["Credential", "Signature", "SignedHeaders"].filter((name) => !parts.get(name));
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (timestamp === undefined) {
    complaints.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  const [credential, signature, signed] = [parts.get("Credential"), parts.get("Signature"), parts.get("SignedHeaders")];
  if (timestamp === undefined || !credential || !signature || !signed) throw incomplete(complaints.join(" "));
  const token = request.headers["x-amz-security-token"];
  return claimOf(credential, { signature, timestamp, token, expires: undefined, signed });
};

const fromQuery = (pairs: readonly [string, string][]): Claim => {
  const one = (name: string): string => {
    const values = pairs.filter(([key]) => key === name);
    if (values.length !== 1) throw incomplete(`AWS query-string parameters must include '${name}' once.`);
    return values[0]?.[1] ?? "";
  };
  if (one("X-Amz-Algorithm") !== ALGORITHM) throw incomplete(`Only ${ALGORITHM} is supported.`);
  const timestamp = one("X-Amz-Date");
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) throw incomplete("Date must be in ISO-8601 'basic format'.");
  // Without a lifetime a presigned STS request is good for the same 15 minutes as a signed one.
  const expires = pairs.some(([key]) => key === "X-Amz-Expires") ? Number(one("X-Amz-Expires")) : 900;
  if (!Number.isInteger(expires) || expires < 0 || expires > 604800) {
    throw incomplete("X-Amz-Expires must be between 0 and 604800 seconds.");
  }
  const token = pairs.some(([key]) => key === "X-Amz-Security-Token") ? one("X-Amz-Security-Token") : undefined;
  const [credential, signature, signed] = [one("X-Amz-Credential"), one("X-Amz-Signature"), one("X-Amz-SignedHeaders")];
  return claimOf(credential, { signature, timestamp, token, expires, signed });
};

/**
 * What the request says of its signature; undefined when it carries none. Throws `AuthFailure` when it is malformed.
 */
export const readClaim = (request: WireRequest): Claim | undefined => {
  const authorization = request.headers["authorization"];
  const pairs = queryPairs(request.query);
  const presigned = pairs.some(([name]) => name === "X-Amz-Signature");
  if (authorization !== undefined && presigned) {
    throw incomplete(
      "Only one auth mechanism allowed; the X-Amz-Signature query parameter or the Authorization header.",
    );
  }
  if (authorization !== undefined) return fromHeader(request, authorization);
  return presigned ? fromQuery(pairs) : undefined;
};
