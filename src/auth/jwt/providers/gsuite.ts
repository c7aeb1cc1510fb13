import { importPKCS8, SignJWT } from "jose";
import { invalidRequest } from "../../../framework/index.ts";
import type { Fetch } from "../../../outgoing/index.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import { askJson } from "./ask.ts";
import { type Gsuite, parseServiceAccount, type ServiceAccount } from "./config.ts";

/**
 * Groups and custom fields of a user of a Google Workspace, asked of its directory as a service account that acts for
 * an administrator. Source: vault-plugin-auth-jwt, `provider_gsuite.go`; Google, "Using OAuth 2.0 for Server to Server
 * Applications".
 */

const TOKENS = new URL("https://oauth2.googleapis.com/token");
const DIRECTORY = "https://admin.googleapis.com/admin/directory/v1";
const SCOPES = [
  "https://www.googleapis.com/auth/admin.directory.group.readonly",
  "https://www.googleapis.com/auth/admin.directory.user.readonly",
];
const LIFE_SECONDS = 600;
/** Bounds what one login may ask. */
const MOST_QUESTIONS = 50;
const MOST_GROUPS = 2000;

const tooMany = () => invalidRequest("failed to fetch groups: the user is in too many groups");

const accessToken = async (fetch: Fetch, account: ServiceAccount, subject: string, nowMs: number): Promise<string> => {
  const now = Math.floor(nowMs / 1000);
  const key = await importPKCS8(account.private_key, "RS256").catch(() => {
    throw invalidRequest("failed to fetch groups: the private key of gsuite_service_account cannot be used");
  });
  const claim = new SignJWT({ scope: SCOPES.join(" "), ...(subject !== "" && { sub: subject }) })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(account.client_email)
    .setAudience(TOKENS.href)
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_SECONDS);
  const assertion = await claim.sign(key);
  const answer = await askJson(fetch, {
    service: "Google's token service",
    method: "POST",
    url: TOKENS,
    contentType: "application/x-www-form-urlencoded",
    body: new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion }).toString(),
  });
  const token = answer["access_token"];
  if (typeof token === "string" && token !== "") return token;
  throw invalidRequest("failed to fetch groups: Google's token service gave no access token");
};

export interface Directory {
  get(path: string, query: Readonly<Record<string, string>>): Promise<JsonObject>;
}

/** The directory, under one access token, for one login. */
export const openDirectory = async (fetch: Fetch, config: Gsuite, nowMs: number): Promise<Directory> => {
  const account = parseServiceAccount(config.gsuite_service_account);
  const token = await accessToken(fetch, account, config.gsuite_admin_impersonate, nowMs);
  let left = MOST_QUESTIONS;
  return {
    get: (path, query) => {
      left -= 1;
      if (left < 0) throw tooMany();
      const url = new URL(`${DIRECTORY}/${path}`);
      url.search = new URLSearchParams(query).toString();
      return askJson(fetch, { service: "Google's directory", method: "GET", url, accessToken: token });
    },
  };
};

const emailsOf = (page: JsonObject): readonly string[] => {
  const groups = page["groups"];
  if (!Array.isArray(groups)) return [];
  return groups.flatMap((group) => (isJsonObject(group) && typeof group["email"] === "string" ? [group["email"]] : []));
};

async function* pagesOf(directory: Directory, userKey: string, domain: string): AsyncGenerator<JsonObject> {
  let pageToken = "";
  do {
    const page = await directory.get("groups", {
      userKey,
      fields: "nextPageToken,groups(email)",
      ...(domain !== "" && { domain }),
      ...(pageToken !== "" && { pageToken }),
    });
    yield page;
    pageToken = typeof page["nextPageToken"] === "string" ? page["nextPageToken"] : "";
  } while (pageToken !== "");
}

/** Addresses of the groups of a user or group, and of the groups those are in, to the given depth. Each is asked once. */
export const gsuiteGroups = async (
  directory: Directory,
  member: string,
  config: Gsuite,
): Promise<readonly string[]> => {
  const found = new Set<string>();
  const search = async (key: string, depth: number): Promise<void> => {
    for await (const page of pagesOf(directory, key, config.domain)) {
      const fresh = emailsOf(page).filter((email) => !found.has(email));
      for (const email of fresh) found.add(email);
      if (found.size > MOST_GROUPS) throw tooMany();
      if (depth > 0) for (const email of fresh) await search(email, depth - 1);
    }
  };
  await search(member, config.groups_recurse_max_depth);
  return [...found];
};

/** The user's custom schemas, each a claim of its own. */
export const gsuiteSchemas = async (directory: Directory, user: string, config: Gsuite): Promise<JsonObject> => {
  const answer = await directory.get(`users/${encodeURIComponent(user)}`, {
    projection: "custom",
    customFieldMask: config.user_custom_schemas,
    fields: "customSchemas",
  });
  const schemas = answer["customSchemas"];
  return isJsonObject(schemas) ? schemas : {};
};
