import type { DevServer } from "../../clients/dev-server.ts";

/** Calls over HTTP. Throws `Refused` where the server refuses; answers the body. */
export type Operator = (
  method: string,
  path: string,
  body?: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>;

export interface Reply {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly auth?: { readonly client_token: string; readonly accessor: string; readonly policies: readonly string[] };
  readonly wrap_info?: { readonly token: string; readonly creation_path: string };
}

export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const callAs =
  (url: string, token: string): Operator =>
  async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers: { "X-Vault-Token": token, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Refused(response.status, `${path} answered ${response.status} ${text}`);
    return text === "" ? {} : JSON.parse(text);
  };

export const operatorOf = ({ url, rootToken }: DevServer): Operator => callAs(url, rootToken);
export const somebodyWith = ({ url }: DevServer, token: string): Operator => callAs(url, token);
