import type { Asked, Given, Identity } from "../../../../src/agent/proxy/index.ts";
import type { Client } from "../../../../src/client/index.ts";
import { ConnectionError, ResponseError } from "../../../../src/client/index.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { envelope } from "../support/envelope.ts";

/** A server in memory that knows which tokens and leases live, and what stands at `secret/` and `old/`. */

interface Token {
  readonly accessor: string;
  parent: string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The token is the agent's own. */
  readonly agent?: boolean;
}

export const asked = (path: string, { method = "GET", token, body, headers = {}, agent = false }: Ask = {}): Asked => {
  const identity: Identity =
    token === undefined ? { kind: "none" } : { kind: agent ? "agent" : "own", token: new Sensitive(token) };
  return {
    method,
    target: path,
    path: decodeURIComponent(path.split("?")[0] ?? ""),
    fields: new Map([
      ...Object.entries(headers).map(([name, value]): [string, string[]] => [name, [value]]),
      ...(token !== undefined && !agent ? [["x-vault-token", [token]] as [string, string[]]] : []),
    ]),
    body: Buffer.from(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)),
    identity,
    gone: new AbortController().signal,
  };
};

export const told = (given: Given): Record<string, unknown> & { data?: Record<string, unknown> | null } =>
  Buffer.isBuffer(given.body) && given.body.length > 0 ? JSON.parse(given.body.toString()) : {};

const json = (status: number, body: unknown): Given => ({
  status,
  fields: new Map([
    ["content-type", ["application/json"]],
    ["date", ["Mon, 30 Nov 2026 06:00:00 GMT"]],
    ["set-cookie", ["a=b"]],
  ]),
  body: Buffer.from(JSON.stringify(body)),
});

const nothing = (): Given => ({ status: 204, fields: new Map(), body: Buffer.alloc(0) });

export class MemoryServer {
  readonly tokens = new Map<string, Token>();
  readonly leases = new Map<string, string>();
  readonly secrets = new Map<string, unknown>();
  readonly renewed: string[] = [];
  /** Paths that were asked for, look-ups of mounts included. */
  readonly log: string[] = [];
  readonly life = 3600;
  #made = 0;
  /** What the next requests meet: `down`, or a status. */
  trouble: "down" | { readonly status: number; readonly error: string } | undefined;
  renewTrouble: number | undefined;
  /** Waits before it answers. */
  gate: Promise<void> | undefined;
  /** Allowed to read `secret/`; absent: everybody. */
  readers: ReadonlySet<string> | undefined;

  login(name: string, parent?: string): string {
    this.#made += 1;
    const token = `hvs.${name}${this.#made}`;
    this.tokens.set(token, { accessor: `accessor-of-${token}`, parent });
    return token;
  }

  isAlive(token: string): boolean {
    return this.tokens.has(token);
  }

  endToken(token: string): void {
    this.tokens.delete(token);
    for (const [lease, owner] of this.leases) if (owner === token) this.leases.delete(lease);
    for (const [child, { parent }] of this.tokens) if (parent === token) this.endToken(child);
  }

  readonly send = async (request: Asked): Promise<Given> => {
    this.log.push(`${request.method} ${request.target}`);
    await this.gate;
    if (this.trouble === "down") throw new ConnectionError("http://server", "connection refused");
    if (this.trouble) return json(this.trouble.status, { errors: [this.trouble.error] });
    return this.#answer(request);
  };

  #auth(token: string, orphan: boolean): Given {
    const accessor = this.tokens.get(token)?.accessor;
    const auth = { client_token: token, accessor, lease_duration: this.life, renewable: true, orphan, num_uses: 0 };
    return json(200, envelope({ auth }));
  }

  #answer(request: Asked): Given {
    const { method, identity } = request;
    const path = request.path
      .replace(/\/{2,}/g, "/")
      .replace(/^\/v1\/(?:team\/)?/, "")
      .replace(/\/$/, "");
    const token = identity.kind === "none" ? "" : identity.token.reveal();
    const body = request.body.length > 0 ? JSON.parse(request.body.toString()) : {};
    if (path === "auth/x/login") return this.#auth(this.login("login"), true);
    if (!this.isAlive(token)) return json(403, { errors: ["permission denied"] });
    if (path === "auth/token/create") return this.#auth(this.login("child", token), false);
    if (path === "auth/token/create-orphan") return this.#auth(this.login("orphan"), true);
    if (/^auth\/token\/(renew|lookup)-self$/.test(path)) return this.#auth(token, false);
    if (path === "sys/wrapping/unwrap") return this.#auth(this.login("unwrapped"), true);
    if (/^(dyn|other)\/creds\//.test(path)) {
      this.#made += 1;
      const lease = `${path}/${this.#made}`;
      this.leases.set(lease, token);
      return json(
        200,
        envelope({ lease_id: lease, lease_duration: this.life, renewable: true, data: { n: this.#made } }),
      );
    }
    if (path.startsWith("fixed/creds/")) {
      this.#made += 1;
      return json(200, envelope({ lease_id: `${path}/${this.#made}`, lease_duration: 60, data: { n: this.#made } }));
    }
    if (method !== "GET" && this.#revokes(path, body, token)) return nothing();
    return /^(secret|old)\//.test(path) ? this.#secret(method, path, body, token) : json(404, { errors: [] });
  }

  #endLeases(begin: string): true {
    for (const lease of [...this.leases.keys()])
      if (lease === begin || lease.startsWith(`${begin}/`)) this.leases.delete(lease);
    return true;
  }

  #revokes(path: string, body: Record<string, string>, token: string): boolean {
    const [, prefix] =
      /^sys\/(?:leases\/)?revoke-(?:prefix|force)\/(.+)$/.exec(path) ?? /^sys\/mounts\/(.+)$/.exec(path) ?? [];
    const login = prefix?.startsWith("auth/") === true || path === "sys/auth/x";
    if (login) for (const one of [...this.tokens.keys()]) if (one.startsWith("hvs.login")) this.endToken(one);
    if (login) return true;
    if (prefix !== undefined) return this.#endLeases(prefix);
    if (path === "auth/token/revoke-self") this.endToken(token);
    else if (path === "auth/token/revoke") this.endToken(body["token"] ?? "");
    else if (path === "auth/token/revoke-orphan") {
      for (const one of this.tokens.values()) if (one.parent === body["token"]) one.parent = undefined;
      this.endToken(body["token"] ?? "");
    } else if (path === "auth/token/revoke-accessor") {
      for (const [one, { accessor }] of this.tokens) if (accessor === body["accessor"]) this.endToken(one);
    } else if (/^sys\/(leases\/)?revoke$/.test(path)) this.leases.delete(body["lease_id"] ?? "");
    else if (path.startsWith("sys/leases/revoke/")) this.leases.delete(path.slice("sys/leases/revoke/".length));
    else return false;
    return true;
  }

  #secret(method: string, path: string, body: unknown, token: string): Given {
    if (this.readers && !this.readers.has(token)) return json(403, { errors: ["permission denied"] });
    const isNew = path.startsWith("secret/");
    const name = path.replace(/^(?:secret\/(?:data|metadata|delete)|old)\//, "");
    const key = `${isNew ? "secret" : "old"}/${name}`;
    if (method === "DELETE" || path.startsWith("secret/delete/")) {
      this.secrets.delete(key);
      return nothing();
    }
    if (method !== "GET") {
      this.secrets.set(key, body);
      return nothing();
    }
    const found = this.secrets.get(key);
    if (found === undefined) return json(404, { errors: [] });
    return json(200, envelope({ data: found, lease_duration: isNew ? 0 : 2_764_800 }));
  }

  /** For the cache's own calls: renewals, and what is mounted where. */
  readonly client: Client = {
    call: async ({ method, path, body, token }) => {
      this.log.push(`call ${method} ${path}`);
      if (this.trouble) throw new ConnectionError("http://server", "connection refused");
      const refuse = (status: number): never => {
        throw new ResponseError({ method, url: path, status, errors: ["no"] });
      };
      const [, mount] = /^sys\/internal\/ui\/mounts\/([^/]+)\//.exec(path) ?? [];
      if (mount !== undefined) {
        const kinds: Record<string, unknown> = {
          secret: { path: "secret/", type: "kv", options: { version: "2" } },
          old: { path: "old/", type: "kv", options: null },
          fixed: { path: "fixed/", type: "database", options: null },
        };
        const data = kinds[mount];
        return data === undefined ? refuse(403) : ({ status: 200, headers: {}, secret: envelope({ data }) } as never);
      }
      if (this.renewTrouble !== undefined) refuse(this.renewTrouble);
      const lease = (body as { readonly lease_id?: string }).lease_id;
      const holder = token?.reveal() ?? "";
      if (!this.isAlive(holder)) refuse(403);
      this.renewed.push(lease ?? holder);
      if (lease === undefined) {
        const auth = { client_token: holder, lease_duration: this.life, renewable: true };
        return { status: 200, headers: {}, secret: envelope({ auth }) } as never;
      }
      if (!this.leases.has(lease)) refuse(400);
      const renewed = { lease_id: lease, lease_duration: this.life, renewable: true };
      return { status: 200, headers: {}, secret: envelope(renewed) } as never;
    },
    send: () => Promise.reject(new Error("nothing is forwarded here")),
    with: () => this.client,
    close: () => undefined,
  };
}
