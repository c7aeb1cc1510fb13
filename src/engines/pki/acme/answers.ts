import { z } from "zod";
import type { AnswerHeader, BackendContext } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { makeNonce } from "./nonces.ts";
import { type Problem, type ProblemType, typeUrn } from "./problems.ts";

/** Answers in ACME's form: documents and problems, each with a new nonce and a link to the directory. */

export const HEADERS = [
  "cache-control",
  "content-type",
  "link",
  "location",
  "replay-nonce",
  "retry-after",
] as const satisfies readonly AnswerHeader[];

/** What a request led to. */
export interface Outcome {
  readonly body: object;
  /** 200 unless given. */
  readonly status?: number | undefined;
  readonly location?: string | undefined;
  /** The resource that this one belongs to. */
  readonly up?: string | undefined;
  /** Seconds after which it is worth asking again. */
  readonly retryAfter?: number | undefined;
}

/** A certificate and its chain, PEM. */
export interface Chain {
  readonly pem: string;
}

export const CHAIN = "application/pem-certificate-chain";

/** Documents of many shapes: accounts, orders, problems. */
export const Document = z.looseObject({});

type Nonces = Pick<BackendContext, "clock" | "random" | "storage">;

/** `base`: of the directory; `""`: none could be found. */
export const usualHeaders = (base: string, cx: Nonces, up?: string) => ({
  "replay-nonce": makeNonce(cx),
  ...(base === ""
    ? {}
    : { link: [...(up === undefined ? [] : [`<${up}>;rel="up"`]), `<${base}directory>;rel="index"`].join(", ") }),
});

export const answerOf = ({ body, status, location, up, retryAfter }: Outcome, base: string, cx: Nonces) => ({
  bare: { ...body },
  ...(status === undefined ? {} : { status }),
  headers: {
    ...usualHeaders(base, cx, up),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
  },
});

export const chainAnswerOf = ({ pem }: Chain, base: string, cx: Nonces) => ({
  raw: { contentType: CHAIN, body: Buffer.from(pem) },
  headers: usualHeaders(base, cx),
});

/** A problem inside another document: why a challenge failed. */
export const problemMember = (type: ProblemType, detail: string, status: number): JsonObject => ({
  type: typeUrn(type),
  detail,
  status,
});

export const problemOf = ({ type, message, status, more }: Problem, base: string, cx: Nonces) => ({
  bare: { type: typeUrn(type), detail: message, ...more.members },
  status,
  headers: {
    ...usualHeaders(base, cx),
    "content-type": "application/problem+json",
    ...(more.location === undefined ? {} : { location: more.location }),
  },
  // The detail may hold what the client sent; the type says enough.
  failure: typeUrn(type),
});
