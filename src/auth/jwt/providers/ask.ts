import { invalidRequest, VaultError } from "../../../framework/index.ts";
import { type Fetch, failureReason } from "../../../outgoing/index.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";

/** One question to a provider's API, under a bearer's token. Its words are never repeated, and no failure grants. */

const DEADLINE_MS = 5_000;
const MOST_BYTES = 1024 * 1024;

export interface Question {
  /** What is asked, as an error may call it. */
  readonly service: string;
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly accessToken?: string | undefined;
  readonly contentType?: string | undefined;
  readonly body?: string | undefined;
}

const down = (service: string, reason: string): VaultError =>
  new VaultError("upstream_failed", {
    wire: `failed to fetch groups: ${service} did not answer`,
    reason: `${service}: ${reason}`,
    retryAfter: 5,
  });

const parse = (body: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Throws `upstream_failed`; `invalid_request` where the service refuses what the caller or the operator gave. */
export const askJson = async (
  fetch: Fetch,
  { service, method, url, accessToken, contentType, body }: Question,
): Promise<JsonObject> => {
  const headers: Record<string, string> = { accept: "application/json" };
  if (accessToken !== undefined) headers["authorization"] = `Bearer ${accessToken}`;
  if (contentType !== undefined) headers["content-type"] = contentType;
  const answer = await fetch({ method, url, headers, body, deadlineMs: DEADLINE_MS, mostBytes: MOST_BYTES }).catch(
    (cause: unknown) => {
      throw down(service, failureReason(cause));
    },
  );
  if ([400, 401, 403, 404].includes(answer.status))
    throw invalidRequest(`failed to fetch groups: ${service} refused the request`, {
      reason: `${service} answered with status ${answer.status}`,
    });
  const value = answer.status === 200 ? parse(answer.body) : undefined;
  if (!value) throw down(service, `answered with status ${answer.status}, or not with JSON`);
  return value;
};
