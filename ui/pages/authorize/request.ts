import type { Answer } from "../../client/api.ts";
import { objectOf, textIn } from "../../client/read-json.ts";

/**
 * An application's question who somebody is (OpenID Connect Core 1.0, section 3.1.2), as it comes in the address, and
 * where its answer goes. Pure.
 *
 * Security: the server says whether the application registered the address that the answer goes to. Nobody is sent
 * there before it said so.
 */

export interface Question {
  readonly redirectUri: URL;
  readonly scopes: readonly string[];
  /** The application wants a new sign-in. */
  readonly again: boolean;
  /** What the server is asked: the question as it came, without what is for this page alone. */
  readonly query: Readonly<Record<string, string>>;
}

/** The web, or an application on the machine: its scheme is a domain backwards (RFC 8252, section 7.1). */
const OF_APPLICATIONS = /^(https?|[a-z][a-z0-9-]*(\.[a-z0-9-]+)+):$/;

export type Read = Question | "incomplete" | "unsafe";

export const questionIn = (query: Readonly<Record<string, string>>): Read => {
  const { prompt = "", redirect_uri: to = "", scope = "", ...rest } = query;
  if (!rest["client_id"] || !URL.canParse(to)) return "incomplete";
  const redirectUri = new URL(to);
  if (!OF_APPLICATIONS.test(redirectUri.protocol)) return "unsafe";
  return {
    redirectUri,
    scopes: scope.split(" ").filter((name) => name !== ""),
    again: prompt.split(" ").includes("login"),
    query: { ...rest, redirect_uri: to, scope },
  };
};

export type Outcome =
  | { readonly is: "code"; readonly href: string }
  /** `href`: where the application hears of it; absent where the server did not vouch for the address. */
  | { readonly is: "refused"; readonly text: string; readonly href: string | undefined }
  | { readonly is: "failed" };

const withParameters = (to: URL, parameters: Readonly<Record<string, string>>): string => {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters)) if (value !== "") url.searchParams.set(name, value);
  return url.href;
};

/** Refusals from before the server has looked at the address. */
const UNVOUCHED = new Set(["invalid_client_id", "invalid_redirect_uri"]);

export const outcomeOf = ({ redirectUri, query }: Question, answer: Answer): Outcome => {
  const { state = "" } = query;
  if (answer.ok) {
    const code = textIn(answer.json, "code");
    return code === "" ? { is: "failed" } : { is: "code", href: withParameters(redirectUri, { code, state }) };
  }
  const told = objectOf(answer.text) ?? {};
  const [error, text] = [textIn(told, "error"), textIn(told, "error_description")];
  if (error === "") return { is: "failed" };
  const href = UNVOUCHED.has(error)
    ? undefined
    : withParameters(redirectUri, { error, error_description: text, state });
  return { is: "refused", text: text || error, href };
};
