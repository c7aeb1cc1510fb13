import { invalidRequest } from "../../../framework/index.ts";
import type { Fetch } from "../../../outgoing/index.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { shown } from "../../../std/shown.ts";
import { claimAt, pointerTo } from "../claims.ts";
import { askJson } from "./ask.ts";

/**
 * Groups of a user of Microsoft Entra ID. A token of somebody in more than 200 groups only points to them; then, or
 * always where `fetch_groups` says so, Microsoft Graph is asked with the user's access token.
 *
 * Security: the access token goes to Graph's own hosts and nowhere else, whatever a token points to.
 * Source: vault-plugin-auth-jwt, `provider_azure.go`; OpenID Connect Core 1.0, section 5.6.2.
 */

const GRAPH = "https://graph.microsoft.com/v1.0/me/getMemberObjects";
const HOSTS = new Set([
  "graph.microsoft.com",
  "graph.microsoft.us",
  "dod-graph.microsoft.us",
  "microsoftgraph.chinacloudapi.cn",
]);
/** Of the API that Graph replaced, which tokens still name. */
const FORMER: Readonly<Record<string, string>> = {
  "graph.windows.net": "graph.microsoft.com",
  "graph.microsoftazure.us": "graph.microsoft.us",
};

const sourceOf = (claims: JsonObject, groupsClaim: string): URL => {
  const missing = (what: string) =>
    invalidRequest(`failed to fetch groups: unable to get claim sources: unable to locate ${what}`);
  const source = claimAt(claims, pointerTo("_claim_names", groupsClaim));
  if (typeof source !== "string") throw missing(`groups claim ${shown(groupsClaim)} in _claim_names`);
  const endpoint = claimAt(claims, pointerTo("_claim_sources", source, "endpoint"));
  if (typeof endpoint !== "string" || !URL.canParse(endpoint)) throw missing("the endpoint of the groups");
  const url = new URL(endpoint);
  const now = FORMER[url.hostname];
  if (now !== undefined) {
    url.hostname = now;
    url.pathname = `/v1.0${url.pathname}`;
  }
  if (url.protocol !== "https:" || url.port !== "" || !HOSTS.has(url.hostname))
    throw missing("a host of Microsoft Graph");
  return url;
};

export interface AzureQuestion {
  readonly fetch: Fetch;
  readonly claims: JsonObject;
  readonly groupsClaim: string;
  /** Empty: there is none. */
  readonly accessToken: string;
  /** Ask whatever the token says. */
  readonly always: boolean;
}

/** Groups as Graph names them, by object id; `undefined` where the token has them. */
export const azureGroups = async (question: AzureQuestion): Promise<JsonValue | undefined> => {
  const { fetch, claims, groupsClaim, accessToken, always } = question;
  if (!always && claimAt(claims, groupsClaim) !== undefined) return undefined;
  const url = always ? new URL(GRAPH) : sourceOf(claims, groupsClaim);
  if (accessToken === "")
    throw invalidRequest("failed to fetch groups: access token is empty. Cannot call Microsoft Graph API");
  const body = JSON.stringify({ securityEnabledOnly: false });
  const service = "Microsoft Graph";
  const contentType = "application/json";
  const { value } = await askJson(fetch, { service, method: "POST", url, accessToken, contentType, body });
  return Array.isArray(value) ? value : [];
};
