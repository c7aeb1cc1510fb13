import { BODY_BYTES, QUERY_BYTES, STRANGER_LEAVES } from "../contract/limits.ts";
import type { Arriving } from "../core/quotas/types.ts";
import type { Decoded, Verb } from "../core/request/decoded.ts";
import { invalidRequest, VaultError } from "../framework/errors.ts";
import { isListing } from "../policy/index.ts";
import { parseGoBool } from "../std/go-bool.ts";
import { type BodyLimits, CALLER_LIMITS, isHeavy, parseBody, parsePatchBody, STRANGER_LIMITS } from "./body.ts";
import { basicOf, checkHeaders, isBearer, mfaOf, wrapTtlOf } from "./headers.ts";
import { type HttpRequest, headerValue } from "./message.ts";
import { parsePairs, queryData } from "./query.ts";

/**
 * One request in Vault's terms. It trusts only what the front door itself says (method, path decoded once, peer
 * address); it must never decode twice, never answer with what the caller sent, and throws nothing but `VaultError`.
 */

export interface Limits {
  /** Bytes of a body; beyond it 413. */
  readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: Limits = { bodyBytes: BODY_BYTES };

const METHODS: Readonly<Record<string, Verb>> = {
  GET: "read",
  LIST: "list",
  SCAN: "scan",
  POST: "update",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
  HEAD: "header",
  HELP: "help",
};

/** What a method asks for; `undefined` for one that means nothing here. */
export const verbOf = (method: string): Verb | undefined =>
  Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;

/** Throws `payload_too_large`. The cheapest check, made before any other look at the body. */
export const checkSize = (request: HttpRequest, limits: Limits): void => {
  if (request.body.length > limits.bodyBytes) throw tooLarge();
};

export const tooLarge = (): VaultError => new VaultError("payload_too_large", { wire: "http: request body too large" });

type Pairs = ReadonlyMap<string, readonly string[]>;

/** Throws `invalid_request` for a query that is too long or cannot be decoded. */
export const parseQuery = (query: string): Pairs => {
  if (query.length > QUERY_BYTES) throw invalidRequest("query string is too long");
  const pairs = parsePairs(query, STRANGER_LEAVES);
  if (pairs === undefined) throw invalidRequest("error parsing query string");
  return pairs;
};

const flagIn = (pairs: Pairs, name: "list" | "scan"): boolean => {
  const text = pairs.get(name)?.[0] ?? "";
  if (text === "") return false;
  const wanted = parseGoBool(text);
  if (wanted === undefined) throw new VaultError("invalid_request", { reason: `${name} is not a boolean` });
  return wanted;
};

/**
 * GET with a true `list` is a LIST, with a true `scan` a SCAN; both, or one that is not a boolean, are a 400 with an
 * empty error list.
 */
const listingWanted = (pairs: Pairs): "list" | "scan" | undefined => {
  const [list, scan] = [flagIn(pairs, "list"), flagIn(pairs, "scan")];
  if (list && scan) throw new VaultError("invalid_request", { reason: "both list and scan" });
  return list ? "list" : scan ? "scan" : undefined;
};

/**
 * The body of a write. Security: a token that is shown is not yet a caller, so it raises no limit: a body above a
 * stranger's limits stays unread until the token is known.
 */
const readBody = (request: HttpRequest, verb: Verb, hasToken: boolean): Pick<Decoded, "data" | "unread"> => {
  const encoding = headerValue(request, "content-encoding");
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new VaultError("unsupported_media_type", {
      wire: "request bodies with a Content-Encoding are not supported",
    });
  }
  const type = headerValue(request, "content-type");
  const read = (limits: BodyLimits) => (verb === "patch" ? parsePatchBody : parseBody)(request.body, type, limits);
  if (!hasToken || !isHeavy(request.body, type)) return { data: read(STRANGER_LIMITS) };
  return { data: {}, unread: { bytes: request.body, read: () => read(CALLER_LIMITS) } };
};

/** What method and query ask for together; `consumed`: the parameters that say so, which are not data. */
const meaningOf = (asked: Verb, pairs: Pairs): { readonly verb: Verb; readonly consumed: readonly string[] } => {
  if (asked === "help" || (pairs.get("help")?.[0] ?? "") !== "") return { verb: "help", consumed: ["help"] };
  const listing = asked === "read" ? listingWanted(pairs) : undefined;
  if (listing !== undefined) return { verb: listing, consumed: ["help", listing] };
  return { verb: asked, consumed: ["help"] };
};

const isWrite = (verb: Verb): boolean => verb === "update" || verb === "patch";

const contentOf = (
  request: HttpRequest,
  { token }: Arriving,
  verb: Verb,
  pairs: Pairs,
  consumed: readonly string[],
): Pick<Decoded, "data" | "unread"> => {
  if (verb === "help") return { data: {} };
  return isWrite(verb) ? readBody(request, verb, token !== undefined) : { data: queryData(pairs, consumed) };
};

/**
 * Decodes a request of which everything but its body, its query and some headers was taken apart when it arrived.
 *
 * Throws `VaultError`: `invalid_request` (400), `unsupported_media_type` (415). Source: Vault documentation, "HTTP API".
 */
export const decode = (request: HttpRequest, arriving: Arriving, pairs: Pairs): Decoded => {
  const { requestId, method, path: below, token, headers, sourceAddress } = arriving;
  const { verb, consumed } = meaningOf(arriving.verb, pairs);
  checkHeaders(request);
  const mfa = mfaOf(request);
  const wrapTtl = wrapTtlOf(request);
  const content = contentOf(request, arriving, verb, pairs, consumed);
  if (isWrite(verb) && below.endsWith("/")) throw invalidRequest("cannot write to a path ending in '/'");
  return {
    requestId,
    verb,
    method,
    path: isListing(verb) && !below.endsWith("/") ? `${below}/` : below,
    token,
    bearer: isBearer(request),
    basic: basicOf(request),
    wrapTtl,
    wrapFormat: headerValue(request, "x-vault-wrap-format") === "jwt" ? "jwt" : "",
    ...content,
    mfa,
    headers,
    sourceAddress,
    peerCertificates: request.peerCertificates,
  };
};
