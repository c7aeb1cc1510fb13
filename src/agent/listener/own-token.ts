import { isJsonObject, type JsonObject, readJson, writeJson } from "../../std/json.ts";
import { sameSecret } from "../../std/same-secret.ts";
import { utf8Text } from "../../std/utf8.ts";
import { type Asked, type Given, plainPath } from "../proxy/index.ts";

/**
 * Takes the agent's own token and its accessor out of answers about it. Whoever may use the agent may use its token
 * through it, but should not be able to take it away.
 */

/** Any answer of these paths may be about the token it was asked with; a namespace may precede them. */
const ABOUT_TOKENS =
  /(?:^|\/)auth\/token\/(?:lookup|lookup-self|lookup-accessor|renew|renew-self|renew-accessor)(?:\/|$)/;

/** Whether the answer must be looked into before it goes out. */
export const mayNameToken = ({ path, identity }: Pick<Asked, "path" | "identity">): boolean =>
  identity.kind !== "none" && ABOUT_TOKENS.test(plainPath(path));

const isIt = (value: unknown, token: string): boolean => typeof value === "string" && sameSecret(value, token);

const withoutId = (secret: JsonObject, token: string): JsonObject | undefined => {
  const { data, auth } = secret;
  if (isJsonObject(data) && isIt(data["id"], token)) {
    const { id: _id, accessor: _accessor, ...rest } = data;
    return { ...secret, data: rest };
  }
  if (isJsonObject(auth) && isIt(auth["client_token"], token)) {
    return { ...secret, auth: { ...auth, client_token: "", accessor: "" } };
  }
  return undefined;
};

/** The answer without the agent's token in it, or the answer itself where it is about another one. */
export const withoutOwnToken = (given: Given & { readonly body: Buffer }, token: string): Given => {
  if (given.status !== 200) return given;
  const secret = readJson(utf8Text(given.body) ?? "");
  const changed = isJsonObject(secret) ? withoutId(secret, token) : undefined;
  return changed === undefined ? given : { ...given, body: Buffer.from(writeJson(changed)) };
};
