/** A request as a command for a terminal. */

export interface CurlRequest {
  readonly method: string;
  /** Below `/v1/`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** A word as a shell takes it unchanged. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The same request for a terminal; the token is read from `VAULT_TOKEN`, never written. */
export const curlOf = ({ method, path, query, body }: CurlRequest, origin: string): string => {
  const search = query ? `?${new URLSearchParams(query)}` : "";
  return [
    "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    '-H "X-Vault-Token: $VAULT_TOKEN"',
    ...(body === undefined ? [] : ["-d", quoted(body)]),
    quoted(`${origin}/v1/${path.split("/").map(encodeURIComponent).join("/")}${search}`),
  ].join(" ");
};
