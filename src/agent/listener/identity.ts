import { Sensitive } from "../../std/sensitive.ts";
import type { UseAutoAuthToken } from "../config/model.ts";
import type { Tokens } from "../contract.ts";
import type { Given, HeaderFields, Identity } from "../proxy/index.ts";
import { failure } from "./answers.ts";

/** Whose token a request carries. */

/** The agent's own token, where its configuration lends it. */
export interface Lending {
  readonly lend: UseAutoAuthToken;
  readonly tokens: Tokens | undefined;
}

const bearerOf = (fields: HeaderFields): string | undefined =>
  /^bearer +(\S+) *$/i.exec(fields.get("authorization")?.[0] ?? "")?.[1];

/** A client that shows a token wants to be taken for its owner, however it shows it. */
const shownToken = (fields: HeaderFields): string | undefined =>
  (fields.get("x-vault-token")?.[0] ?? "").trim() || bearerOf(fields);

/**
 * Whether a page in a browser sent this. Such a page knows nothing of the agent's token, but it could use it.
 *
 * Security: browsers say so themselves, and a page cannot unsay it. They say it only where the address is one they trust
 * (`127.0.0.1`, `localhost`), so a name that was made to point at this machine gets by; see `docs/agent/listener.md`.
 */
const isOtherPage = (fields: HeaderFields): boolean => {
  const site = fields.get("sec-fetch-site")?.[0];
  return site !== undefined && site !== "none";
};

const without = (fields: HeaderFields, ...names: readonly string[]): HeaderFields =>
  new Map([...fields].filter(([name]) => !names.includes(name)));

export const otherPage = (fields: HeaderFields): Given | undefined =>
  isOtherPage(fields) ? failure(403, "requests of web pages may not use the agent") : undefined;

/** Guards against pages in a browser, which cannot set a header of their own without asking first. */
export const lacksRequestHeader = ({ fields }: { readonly fields: HeaderFields }): Given | undefined => {
  const values = fields.get("x-vault-request") ?? [];
  return values.length === 1 && values[0] === "true" ? undefined : failure(412, 'missing "X-Vault-Request" header');
};

export interface Identified {
  readonly identity: Identity;
  readonly fields: HeaderFields;
}

/** The request's identity and the headers that go with it, or why it is refused. */
export const identify = (sent: HeaderFields, { lend, tokens }: Lending): Identified | Given => {
  const fields = lend === "force" ? without(sent, "x-vault-token", "authorization") : sent;
  if (new Set(fields.get("x-vault-token")).size > 1) return failure(400, "more than one token");
  const own = shownToken(fields);
  if (own !== undefined) return { identity: { kind: "own", token: new Sensitive(own) }, fields };
  const login = lend === false ? undefined : tokens?.current();
  const bare = without(fields, "x-vault-token");
  if (login?.kind !== "token") return { identity: { kind: "none" }, fields: bare };
  return otherPage(fields) ?? { identity: { kind: "agent", token: login.token }, fields: bare };
};
