import type { JsonObject } from "../std/json.ts";
import type { Clock } from "../std/time.ts";
import { SourceRefused, SourceUnavailable } from "./errors.ts";
import { createKept, type Kept, type KeptTimes } from "./kept.ts";
import { getJson, type RemoteParts, remoteUrl } from "./remote.ts";

/**
 * What an OpenID provider says of itself. Its issuer must be the URL it was asked at, to the letter, and its endpoints
 * must be as well protected as that URL. Source: OpenID Connect Discovery 1.0, section 4.
 */

export interface Discovery {
  readonly issuer: string;
  readonly jwks: URL;
  /** `undefined` where the provider has none. */
  readonly authorization: URL | undefined;
  readonly token: URL | undefined;
  readonly userinfo: URL | undefined;
  /** Whether a client shows its secret in a header, as by default, or in the form. */
  readonly basic: boolean;
}

export interface DiscoverySource extends RemoteParts {
  /** The issuer's URL. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly times?: KeptTimes | undefined;
}

const endpoint = (document: JsonObject, name: string): URL | undefined => {
  const value = document[name];
  if (value === undefined || value === null || value === "") return undefined;
  try {
    return remoteUrl(typeof value === "string" ? value : "");
  } catch (cause) {
    throw new SourceUnavailable(`names a ${name} that cannot be used`, { cause });
  }
};

const WELL_KNOWN = "/.well-known/openid-configuration";

/** Throws `SourceRefused` for an issuer that cannot be a provider's URL, `SourceUnavailable` for what it answers. */
export const discover = async (issuer: string, parts: RemoteParts): Promise<Discovery> => {
  const url = remoteUrl(issuer);
  if (url.search !== "" || url.hash !== "") throw new SourceRefused("an issuer has no query");
  const document = await getJson(new URL(`${issuer.replace(/\/$/, "")}${WELL_KNOWN}`), parts);
  if (document["issuer"] !== issuer) throw new SourceUnavailable("calls itself another issuer");
  const jwks = endpoint(document, "jwks_uri");
  if (!jwks) throw new SourceUnavailable("names no key set");
  const methods = document["token_endpoint_auth_methods_supported"];
  return {
    issuer,
    jwks,
    authorization: endpoint(document, "authorization_endpoint"),
    token: endpoint(document, "token_endpoint"),
    userinfo: endpoint(document, "userinfo_endpoint"),
    basic:
      !Array.isArray(methods) || methods.includes("client_secret_basic") || !methods.includes("client_secret_post"),
  };
};

export const keptDiscovery = (source: DiscoverySource): Kept<Discovery> =>
  createKept(() => discover(source.issuer, source), source.clock, source.times);
