import { membersOf, within } from "./members.ts";

/**
 * Takes the session's own token out of answers, so that no script of a tab ever has it. Tokens made for somebody else
 * (`auth/token/create`, an unwrapped one) are what was asked for and stay.
 */

/** Answers of these with `auth.client_token` sign somebody in, or renew who is. */
const LOGINS = /^(auth\/.+\/(login|callback|poll)(\/.*)?|sys\/mfa\/validate|auth\/token\/renew-self)$/;

/** Answers about a token, by default the one that asks. */
const ABOUT_TOKENS = /^auth\/token\/(lookup|renew)/;

/** The server takes slashes in a row for one. */
const plain = (path: string): string => path.split("/").filter(Boolean).join("/");

/**
 * An answer to it may hold the session's token: wrapped, it would be out of sight here, and whoever has the wrapping
 * token would have it.
 */
export const tellsToken = (path: string): boolean => ABOUT_TOKENS.test(plain(path));

/** `only`: where it is this text. */
const emptied = (body: string, where: string, name: string, only?: string): string => {
  const whole = membersOf(body);
  const part = within(whole, where);
  const text = part?.[name];
  if (typeof text !== "string" || (only !== undefined && text !== only)) return body;
  return JSON.stringify({ ...whole, [where]: { ...part, [name]: "" } });
};

/** A token shorter than this was chosen by somebody, such as `root` while developing, and may be a word of any answer. */
const MADE_TOKEN = 20;

/** `token`: the session's. Everything but it comes through as it was. */
export const stripped = (path: string, body: string, token: string | undefined): string => {
  const where = plain(path);
  let clean = body;
  if (LOGINS.test(where)) clean = emptied(clean, "auth", "client_token");
  if (where === "auth/token/lookup-self") clean = emptied(clean, "data", "id");
  if (token === undefined) return clean;
  if (token.length >= MADE_TOKEN) return clean.replaceAll(JSON.stringify(token).slice(1, -1), "");
  if (!ABOUT_TOKENS.test(where)) return clean;
  return emptied(emptied(clean, "auth", "client_token", token), "data", "id", token);
};

/** For answers that signed somebody in. */
export const withoutToken = (body: string): string => emptied(body, "auth", "client_token");
