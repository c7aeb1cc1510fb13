import { pairsOf, stringOf } from "../../client/json-text.ts";
import { shellWord } from "../../client/shell-word.ts";
import type { ApiRequest } from "../../protocol.ts";
import { buildRequest, keyOf, type Values } from "./request.ts";
import type { Endpoint } from "./spec.ts";

/** A filled form as commands for a terminal. Values of secret fields stand as `…`: what is drawn may be looked at. */

const HIDDEN = "…";

/** The request as it is drawn; `undefined`: the form is not right yet. */
export const shownRequest = (endpoint: Endpoint, values: Values): ApiRequest | undefined => {
  const hidden = endpoint.inputs.filter((input) => input.secret && values[keyOf(input)]);
  const built = buildRequest(endpoint, {
    ...values,
    ...Object.fromEntries(hidden.map((input) => [keyOf(input), HIDDEN])),
  });
  return "request" in built ? built.request : undefined;
};

const VERBS = { read: "read", list: "list", write: "write", patch: "patch", delete: "delete" } as const;

/** `vault write auth/approle/role/app token_ttl=1h`; JSON goes by way of standard input. */
export const vaultCommand = (endpoint: Endpoint, { path, query = {}, body = "{}" }: ApiRequest): string => {
  const { list: _, ...asked } = query;
  const pairs = pairsOf(body) ?? [];
  const command = ["vault", VERBS[endpoint.action], shellWord(path)];
  const simple = pairs.every(({ source }) => !/^[[{]/.test(source));
  if (!simple) return `echo ${shellWord(body)} | ${[...command, "-"].join(" ")}`;
  const words = [
    ...Object.entries(asked),
    ...pairs.map(({ name, source }) => [name, stringOf(source) ?? source] as const),
  ].map(([name, value]) => shellWord(`${name}=${value}`));
  const forced = endpoint.action === "write" && words.length === 0 ? ["-f"] : [];
  return [...command.slice(0, 2), ...forced, ...command.slice(2), ...words].join(" ");
};
