/** A Vault client in a few lines: what any client sends, over HTTP. */

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly auth: { readonly client_token: string; readonly accessor: string; readonly policies: readonly string[] };
  readonly wrapToken: string;
  readonly leaseId: string;
  readonly leaseDuration: number;
}

interface Body {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly auth?: Answer["auth"] | null;
  readonly wrap_info?: { readonly token: string } | null;
  readonly lease_id?: string;
  readonly lease_duration?: number;
}

const NO_AUTH = { client_token: "", accessor: "", policies: [] };

export interface Vault {
  (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** The same server, as somebody else. */
  as(token: string): Vault;
}

export const vaultAt = (url: string, token: string): Vault => {
  const call = async (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers: { "X-Vault-Request": "true", ...(token === "" ? {} : { "X-Vault-Token": token }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as Body;
    return {
      status: response.status,
      text,
      data: parsed.data ?? {},
      auth: parsed.auth ?? NO_AUTH,
      wrapToken: parsed.wrap_info?.token ?? "",
      leaseId: parsed.lease_id ?? "",
      leaseDuration: parsed.lease_duration ?? 0,
    };
  };
  return Object.assign(call, { as: (other: string) => vaultAt(url, other) });
};

/** An operator's call that must succeed. */
export const must = async (answer: Promise<Answer>): Promise<Answer> => {
  const got = await answer;
  if (got.status >= 300) throw new Error(`answered ${got.status} ${got.text}`);
  return got;
};
