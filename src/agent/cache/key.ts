import { createHash } from "node:crypto";
import type { Token } from "../../client/contract.ts";
import { as, type Brand } from "../../std/brand.ts";
import type { Asked, HeaderFields } from "../proxy/index.ts";

/** What makes two requests the same one, and two tokens the same one. Nothing here can be turned back into a secret. */

export type RequestKey = Brand<string, "RequestKey">;
export type TokenDigest = Brand<string, "TokenDigest">;

/** A digest over texts, each with its length in front, so that no two lists of texts look alike. */
const digest = (parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part, "utf8") : part;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
};

export const tokenDigest = (token: Token): TokenDigest => as<TokenDigest>(digest(["token", token.reveal()]));

/** The token of a request; one without a token has one of its own kind. */
export const holderOf = ({ identity }: Pick<Asked, "identity">): TokenDigest =>
  identity.kind === "none" ? as<TokenDigest>(digest(["none"])) : tokenDigest(identity.token);

const fieldParts = (fields: HeaderFields, left: ReadonlySet<string>): readonly string[] =>
  [...fields]
    .filter(([name]) => !left.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => [name, String(values.length), ...values]);

/** They frame the body and carry the token; both are in the key by themselves. */
const ELSEWHERE: ReadonlySet<string> = new Set(["content-length", "x-vault-token"]);

/** Two requests with one key differ in nothing that the server could answer differently. */
export const requestKey = ({ method, target, fields, body }: Asked, holder: string): RequestKey =>
  as<RequestKey>(digest([method, target, holder, body, ...fieldParts(fields, ELSEWHERE)]));

/** Headers that say who asks and how it is traced; a secret is the same to all of them. */
const OF_THE_SENDER: ReadonlySet<string> = new Set([
  ...ELSEWHERE,
  "accept-encoding",
  "accept-language",
  "host",
  "traceparent",
  "tracestate",
  "user-agent",
  "x-amzn-trace-id",
  "x-request-id",
  "x-vault-request",
]);

/** The same for reads of one secret, whoever the sender says it is: only its token counts. */
export const secretKey = ({ method, target, fields, body }: Asked, holder: string): RequestKey =>
  as<RequestKey>(digest(["secret", method, target, holder, body, ...fieldParts(fields, OF_THE_SENDER)]));
