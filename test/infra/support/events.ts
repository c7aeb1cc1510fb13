import { readFileSync } from "node:fs";

/** Requests as events of the gateway, made from recorded ones, and answers read back. */

/** A recorded event. */
export const recorded = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../events/${file}.json`, import.meta.url), "utf8"));

export type Fields = Readonly<Record<string, unknown>>;
export const objectOf = (value: unknown): Fields => (typeof value === "object" && value !== null ? { ...value } : {});

export interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A recorded event; the members above override it. */
  readonly event?: string;
}

/** An event of the gateway. `root` is the token where `ask` names none. */
export const eventOf = (ask: Ask, root: string): Fields => {
  const event = recorded(ask.event ?? "get");
  const context = objectOf(event["requestContext"]);
  const http = objectOf(context["http"]);
  const headers = { ...objectOf(event["headers"]) };
  const token = ask.token ?? root;
  if (headers["x-vault-token"] === undefined) headers["x-vault-token"] = token;
  else headers["x-vault-token"] = String(headers["x-vault-token"]).replaceAll("TOKEN", token);
  const [path, query = ""] = (ask.path === undefined ? "" : `/v1/${ask.path}`).split("?");
  return {
    ...event,
    ...(ask.path === undefined ? {} : { rawPath: path, rawQueryString: query }),
    headers: { ...headers, ...ask.headers },
    requestContext: { ...context, http: { ...http, ...(ask.method === undefined ? {} : { method: ask.method }) } },
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  };
};

/** A function's result as an answer. */
export const answerOf = (result: unknown) => {
  const { statusCode, headers, body } = objectOf(result);
  const text = typeof body === "string" ? body : "";
  const json = text.startsWith("{") ? objectOf(JSON.parse(text)) : {};
  return { status: statusCode, headers: objectOf(headers), text, body: json, data: objectOf(json["data"]) };
};
