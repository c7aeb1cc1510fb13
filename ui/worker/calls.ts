import type { ApiAnswer, ApiRequest } from "../protocol.ts";

/** One request of the API: no cookie, no redirect, no cache, and a path that says what it says. */

export const REVOKE: ApiRequest = { method: "POST", path: "auth/token/revoke-self", body: "{}" };

/** Longer than any gateway waits. */
const PATIENCE = 40_000;

const HALVES = /\p{Surrogate}/u;

/** `undefined`: a path that an address cannot say: parts that URLs resolve away, and halves of characters. */
const addressOf = ({ path, query = {} }: ApiRequest): string | undefined => {
  const parts = path.split("/");
  if (parts.some((part) => part === "." || part === "..") || HALVES.test(path)) return undefined;
  const search = new URLSearchParams(query).toString();
  return `/v1/${parts.map(encodeURIComponent).join("/")}${search && `?${search}`}`;
};

const headersOf = (request: ApiRequest, token: string | undefined): Record<string, string> => {
  const headers: Record<string, string> = { "X-Vault-Request": "true" };
  if (token !== undefined) headers["X-Vault-Token"] = token;
  if (request.wrapTtl !== undefined) headers["X-Vault-Wrap-TTL"] = request.wrapTtl;
  if (request.body !== undefined)
    headers["Content-Type"] = request.patch ? "application/merge-patch+json" : "application/json";
  return headers;
};

/** What a header can carry; a token of anything else is none. */
const SENDABLE = /^[\x21-\x7e]+$/;

const whole = (text: string | null): number | undefined => {
  const number = Number(text ?? undefined);
  return Number.isFinite(number) ? number : undefined;
};

const moment = (text: string | null): number | undefined => {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : at;
};

export const refusal = (status: number, error: string): ApiAnswer => ({
  status,
  body: JSON.stringify({ errors: [error] }),
});

export const NOBODY: ApiAnswer = { ...refusal(401, "nobody is signed in"), ended: true };

/** What nobody is to read is let go of where it arrives. */
const bodyOf = async (response: Response, { discard }: ApiRequest): Promise<string> => {
  if (!discard || !response.ok) return response.text();
  await response.body?.cancel();
  return "";
};

export const send = async (
  fetcher: typeof fetch,
  request: ApiRequest,
  token: string | undefined,
): Promise<ApiAnswer> => {
  const address = addressOf(request);
  if (address === undefined) return refusal(400, "a part of a path may not be . or .., nor half a character");
  if (token !== undefined && !SENDABLE.test(token)) return refusal(403, "a token has no such characters");
  try {
    const response = await fetcher(address, {
      method: request.method,
      headers: headersOf(request, token),
      body: request.body ?? null,
      credentials: "omit",
      redirect: "error",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      // It is sent also when the worker goes in the same moment.
      keepalive: request.path === REVOKE.path,
      signal: AbortSignal.timeout(PATIENCE),
    });
    return {
      status: response.status,
      body: await bodyOf(response, request),
      retryAfter: whole(response.headers.get("Retry-After")),
      date: moment(response.headers.get("Date")),
    };
  } catch {
    return { status: 0, body: "" };
  }
};
