import { type Fetch, failureReason } from "../outgoing/index.ts";
import { isJsonObject, type JsonObject } from "../std/json.ts";
import { SourceRefused, SourceUnavailable } from "./errors.ts";

/**
 * JSON from a provider: one GET, nothing sent along, no redirects, a deadline and a bound on the answer. Over TLS, except
 * for a provider on this machine.
 */

export interface RemoteParts {
  readonly fetch: Fetch;
  /** Authorities in PEM that sign the provider's certificate; empty: the public ones. */
  readonly ca: string;
}

export const REMOTE_DEADLINE_MS = 5_000;
export const REMOTE_MOST_BYTES = 512 * 1024;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL's host is the machine of whoever reads it. */
export const isLoopback = ({ hostname }: URL): boolean => LOOPBACK.test(hostname);

/** The address of a provider. Throws `SourceRefused`. */
export const remoteUrl = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) throw new SourceRefused("not an https URL");
  if (url.protocol === "http:" && !isLoopback(url)) throw new SourceRefused("the URL must be https");
  if (url.username !== "" || url.password !== "") throw new SourceRefused("the URL must hold no password");
  return url;
};

/** Throws `SourceUnavailable`. */
export const getJson = async (url: URL, { fetch, ca }: RemoteParts): Promise<JsonObject> => {
  const answer = await fetch({
    method: "GET",
    url,
    headers: { accept: "application/json" },
    deadlineMs: REMOTE_DEADLINE_MS,
    mostBytes: REMOTE_MOST_BYTES,
    ca: ca === "" ? undefined : ca,
  }).catch((cause: unknown) => {
    throw new SourceUnavailable(failureReason(cause), { cause });
  });
  if (answer.status !== 200) throw new SourceUnavailable(`answered with status ${answer.status}`);
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    throw new SourceUnavailable("answered with something that is not JSON");
  }
  if (!isJsonObject(value)) throw new SourceUnavailable("answered with something that is not an object");
  return value;
};
