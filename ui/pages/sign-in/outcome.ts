import { answerOf } from "../../client/answers.ts";
import type { Failure, Json, JsonObject } from "../../client/api.ts";
import { isObject, numberIn, objectIn, objectsIn, textIn } from "../../client/read-json.ts";
import type { ApiAnswer, ApiRequest, Attempted } from "../../protocol.ts";
import { signIn } from "../../texts/sign-in.ts";
import type { Way } from "./ways.ts";

/** What came of an attempt to sign in. Pure. */

export interface Factor {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly passcode: boolean;
}

/** What a login still needs: of each of `any` one. */
export interface Requirement {
  readonly requestId: string;
  readonly constraints: readonly { readonly name: string; readonly any: readonly Factor[] }[];
}

export type Outcome =
  | { readonly is: "in" }
  | { readonly is: "factor"; readonly requirement: Requirement }
  /** How many uses a token had, and has not spent. */
  | { readonly is: "few-uses"; readonly uses: number }
  | { readonly is: "refused"; readonly text: string };

const factorOf = (json: JsonObject): Factor => ({
  id: textIn(json, "id"),
  type: textIn(json, "type"),
  name: textIn(json, "name"),
  passcode: json["uses_passcode"] === true,
});

const constraintsOf = (constraints: JsonObject) =>
  Object.keys(constraints).map((name) => ({ name, any: objectsIn(objectIn(constraints, name), "any").map(factorOf) }));

const requirementIn = (json: JsonObject): Requirement | undefined => {
  const wanted: Json | undefined = objectIn(json, "auth")["mfa_requirement"];
  if (!isObject(wanted)) return undefined;
  return {
    requestId: textIn(wanted, "mfa_request_id"),
    constraints: constraintsOf(objectIn(wanted, "mfa_constraints")),
  };
};

const { refused } = signIn;

/** One text, whatever the server says: it is not for telling names from passwords. */
const refusalOf = (how: Way["how"], { status }: Failure): string => {
  if (how === "wrapped" || how === "token") return refused[how];
  if (how === "password" || how === "ldap") return status === 400 ? refused.password : refused.other;
  return refused.other;
};

const troubleOf = (failure: Failure): string | undefined => {
  switch (failure.kind) {
    case "network":
      return refused.network;
    case "busy":
      return refused.busy;
    case "unavailable":
    case "gateway":
      return refused.unavailable;
    default:
      return undefined;
  }
};

const NO_REQUEST: ApiRequest = { method: "POST", path: "" };

export const outcomeOf = (how: Way["how"], { answer, signedIn }: Attempted): Outcome => {
  if (signedIn) return { is: "in" };
  const read = answerOf(NO_REQUEST, answer);
  if (!read.ok) return { is: "refused", text: troubleOf(read) ?? refusalOf(how, read) };
  const requirement = requirementIn(read.json);
  if (requirement) return { is: "factor", requirement };
  const uses = numberIn(read.data, "num_uses");
  if (how === "token" && uses > 0) return { is: "few-uses", uses };
  return { is: "refused", text: how === "wrapped" ? refused.notToken : refused.other };
};

/** A login that ends at the server itself: asked for until then. */
export interface Waiting {
  readonly state: string;
  /** To be typed there: whoever is sent the address of somebody else's login does not have it. */
  readonly code: string;
  /** Milliseconds between two looks. */
  readonly every: number;
}

export interface Provider {
  readonly url: URL;
  readonly waiting: Waiting | undefined;
}

/** Whether the browser comes back to where the login ends: to the server for one that is waited for, else to the page. */
const endsThere = ({ searchParams }: URL, waiting: Waiting | undefined): boolean => {
  const back = searchParams.get("redirect_uri") ?? "";
  const toServer = URL.canParse(back) && new URL(back).pathname.startsWith("/v1/");
  return waiting ? toServer : !toServer || searchParams.get("response_mode") === "form_post";
};

const waitingIn = (data: JsonObject): Waiting | undefined => {
  const code = textIn(data, "user_code");
  if (code === "") return undefined;
  return { code, state: textIn(data, "state"), every: Math.max(1, Number(textIn(data, "poll_interval")) || 5) * 1000 };
};

/** What asks again later: not done yet, or no word from the server. */
export const goesOn = ({ status, body }: ApiAnswer): boolean =>
  status === 0 || status === 429 || status >= 500 || (status === 400 && body.includes("authorization_pending"));

/** Where the provider's page is. Only addresses that browsers open as pages. */
export const providerIn = ({ answer }: Attempted): Provider | { readonly text: string } => {
  const read = answerOf(NO_REQUEST, answer);
  if (!read.ok) return { text: troubleOf(read) ?? refused.other };
  const address = textIn(read.data, "auth_url");
  if (!URL.canParse(address)) return { text: refused.role };
  const url = new URL(address);
  const plain = url.protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !plain) return { text: refused.unsafe };
  const waiting = waitingIn(read.data);
  return endsThere(url, waiting) ? { url, waiting } : { text: refused.role };
};
