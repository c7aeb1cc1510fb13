/**
 * Takes the session's own token out of answers, so that no script of a tab ever has it. Tokens made for somebody else
 * (`auth/token/create`, an unwrapped one) are what was asked for and stay.
 */

/** Answers of these with `auth.client_token` sign somebody in, or renew who is. */
const LOGINS = /^(auth\/.+\/(login|callback|poll)(\/.*)?|sys\/mfa\/validate|auth\/token\/renew-self)$/;

type Members = Record<string, unknown>;

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The members of an object of JSON, `undefined` for any other text. */
export const membersOf = (body: string): Members | undefined => {
  try {
    const value: unknown = JSON.parse(body);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

export const within = (members: Members | undefined, name: string): Members | undefined => {
  const value = members?.[name];
  return isMembers(value) ? value : undefined;
};

const emptied = (body: string, where: string, name: string): string => {
  const whole = membersOf(body);
  const part = within(whole, where);
  return typeof part?.[name] === "string" ? JSON.stringify({ ...whole, [where]: { ...part, [name]: "" } }) : body;
};

/** A token shorter than this was chosen by somebody, such as `root` while developing, and may be a word of any answer. */
const MADE_TOKEN = 20;

/** `token`: the session's. Everything but it comes through as it was. */
export const stripped = (path: string, body: string, token: string | undefined): string => {
  let clean = body;
  if (LOGINS.test(path)) clean = emptied(clean, "auth", "client_token");
  if (path === "auth/token/lookup-self") clean = emptied(clean, "data", "id");
  return token === undefined || token.length < MADE_TOKEN ? clean : clean.replaceAll(JSON.stringify(token), '""');
};

/** For answers that signed somebody in. */
export const withoutToken = (body: string): string => emptied(body, "auth", "client_token");
