import type { JsonObject } from "../../../std/json.ts";

/**
 * What ACME says when it refuses: a type of RFC 8555, section 6.7, its status, and the reference's words. A problem's
 * detail may name what the client sent; it holds no secret.
 */

const STATUSES = {
  accountDoesNotExist: 400,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  connection: 400,
  dns: 400,
  externalAccountRequired: 401,
  incorrectResponse: 400,
  malformed: 400,
  orderNotReady: 403,
  rejectedIdentifier: 400,
  serverInternal: 500,
  tls: 400,
  unauthorized: 401,
  unsupportedIdentifier: 400,
} as const;
export type ProblemType = keyof typeof STATUSES;

/** A type in the reference's words. */
const WORDS: Readonly<Partial<Record<ProblemType, string>>> = {
  accountDoesNotExist: "the request specified an account that does not exist",
  alreadyRevoked: "the request specified a certificate to be revoked that has already been revoked",
  badCSR: "the CSR is unacceptable",
  badNonce: "the client sent an unacceptable anti-replay nonce",
  badPublicKey: "the JWS was signed by a public key the server does not support",
  badRevocationReason: "the revocation reason provided is not allowed by the server",
  badSignatureAlgorithm: "the JWS was signed with an algorithm the server does not support",
  externalAccountRequired: "the request must include a value for the 'externalAccountBinding' field",
  incorrectResponse: "response received didn't match the challenge's requirements",
  malformed: "the request message was malformed",
  orderNotReady: "the request attempted to finalize an order that is not ready to be finalized",
  rejectedIdentifier: "the server will not issue certificates for the identifier",
  serverInternal: "the server experienced an internal error",
  unauthorized: "the client lacks sufficient authorization",
  unsupportedIdentifier: "an identifier is of an unsupported type",
};

export const typeUrn = (type: ProblemType): string => `urn:ietf:params:acme:error:${type}`;
export const statusOf = (type: ProblemType): number => STATUSES[type];

export interface ProblemMore {
  /** A status other than the type's. */
  readonly status?: number;
  /** Where to look instead. */
  readonly location?: string;
  /** Members of the document besides type and detail. */
  readonly members?: JsonObject;
}

export class Problem extends Error {
  override readonly name = "Problem";
  readonly type: ProblemType;
  readonly status: number;
  readonly more: ProblemMore;
  constructor(type: ProblemType, detail: string, more: ProblemMore = {}) {
    super(detail);
    this.type = type;
    this.status = more.status ?? STATUSES[type];
    this.more = more;
  }
}

const wordsOf = (type: ProblemType): string => WORDS[type] ?? type;

/** A problem whose detail ends with the type's words. The reference puts them there, or first. */
export const problem = (type: ProblemType, what: string, more?: ProblemMore): Problem =>
  new Problem(type, what === "" ? wordsOf(type) : `${what}: ${wordsOf(type)}`, more);

/** A problem whose detail begins with the type's words. */
export const wordsFirst = (type: ProblemType, what: string): Problem => new Problem(type, `${wordsOf(type)}: ${what}`);

export const malformed = (what: string): Problem => problem("malformed", what);

export const badCsr = (why: string): Problem => wordsFirst("badCSR", why);
