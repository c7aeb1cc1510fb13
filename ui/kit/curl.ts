import { shellWord } from "../client/shell-word.ts";
import { encodePath } from "../routes.ts";

/** A request as a command for a terminal. */

export interface CurlRequest {
  readonly method: string;
  /** Below `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** The same request for a terminal; the token is read from `VAULT_TOKEN`, never written. */
export const curlOf = ({ method, path, query, body }: CurlRequest, origin: string): string => {
  const search = query ? `?${new URLSearchParams(query)}` : "";
  return [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    '-H "X-Vault-Token: $VAULT_TOKEN"',
    ...(body === undefined ? [] : ["-d", shellWord(body)]),
    shellWord(`${origin}/v1/${encodePath(path)}${search}`),
  ].join(" ");
};
