import { defined } from "../../std/defined.ts";
import { isJsonObject, type JsonObject } from "../../std/json.ts";
import { memberOf } from "../../std/member.ts";
import type { Answer, Call, Client, Secret, Token } from "../contract.ts";
import { foundBeside } from "../errors.ts";

/** Calls with one token, and what Vault's own client makes of their answers. */

export interface Requests {
  readonly call: (call: Call) => Promise<Answer>;
  /** `undefined`: the server answered that it was done, and nothing else. */
  readonly ask: (
    method: "PUT" | "PATCH" | "DELETE" | "GET",
    path: string,
    body?: JsonObject,
    more?: Partial<Call>,
  ) => Promise<Secret | undefined>;
  /** `undefined`: nothing is there. What a 404 brings besides its errors counts as there. */
  readonly find: (path: string, query?: Readonly<Record<string, string>>) => Promise<Secret | undefined>;
  /** Empty where nothing is there. */
  readonly keys: (path: string) => Promise<readonly string[]>;
}

export const requestsOf = (client: Client, token: () => Token | undefined): Requests => {
  const call: Requests["call"] = (one) => client.call({ ...defined({ token: token() }), ...one });
  const find: Requests["find"] = async (path, query = {}) =>
    (await call({ method: "GET", path, query }).catch(foundBeside))?.secret;
  return {
    call,
    find,
    ask: async (method, path, body, more = {}) => (await call({ method, path, ...defined({ body }), ...more })).secret,
    keys: async (path) => {
      const answer = await call({ method: "LIST", path }).catch(foundBeside);
      const keys = answer?.secret?.data?.["keys"];
      return Array.isArray(keys) ? keys.map(String) : [];
    },
  };
};

/** The object under a name; empty where it is something else. */
export const objectIn = (value: unknown, name: string): JsonObject => {
  const member = memberOf(value, name);
  return isJsonObject(member) ? member : {};
};

export const textIn = (data: Readonly<Record<string, unknown>> | JsonObject, name: string): string => {
  const value = data[name];
  return typeof value === "string" ? value : "";
};

export const numberIn = (data: Readonly<Record<string, unknown>> | JsonObject, name: string): number =>
  Number(String(data[name] ?? 0));
