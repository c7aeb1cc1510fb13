import { type ClientRequestArgs, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate } from "node:tls";
import { defined } from "../std/defined.ts";
import type { Endpoint } from "./address.ts";
import type { ClientSettings, TlsSettings } from "./contract.ts";
import { type ProxyServer, readProxy, tunnel } from "./proxy.ts";
import { createTlsReader } from "./tls-files.ts";

/** Connections to one server, kept open between calls. Relaxed certificate checks of the environment do not apply. */
export interface Connections {
  readonly endpoint: Endpoint;
  readonly request: typeof plainRequest;
  /** For each request: where to, and by which agent. */
  readonly options: ClientRequestArgs;
  /** For a proxy without a tunnel: what goes before each path, and headers that are added. */
  readonly through: { readonly before: string; readonly headers: Readonly<Record<string, string>> };
  close(): void;
}

/** Milliseconds after which an idle connection is closed. */
const IDLE = 90_000;

type Made = (error: Error | null, stream: Duplex) => void;

/** TLS sessions are not resumed: a rotated client certificate must be shown at the next connection. */
const fileAgent = (
  options: () => ConnectionOptions,
  through: (() => Promise<Socket>) | undefined,
  pool: object,
): SecureAgent => {
  const createConnection = (_: ClientRequestArgs, made?: Made): Duplex | undefined => {
    const failed = (cause: unknown): undefined => {
      made?.(cause instanceof Error ? cause : new Error("no connection"), new Socket());
    };
    try {
      const agreed = options();
      if (through === undefined) return connect(agreed);
      through().then((socket) => made?.(null, connect({ ...agreed, socket })), failed);
      return undefined;
    } catch (cause) {
      return failed(cause);
    }
  };
  // Not a class that extends it: a program that never uses TLS need not load it.
  return Object.assign(new SecureAgent({ ...pool, maxCachedSessions: 0 }), { createConnection });
};

/** How TLS is agreed on at the next connection. Throws `SettingsError`. */
const tlsOptions = ({ host, port }: Endpoint, tls: TlsSettings): (() => ConnectionOptions) => {
  const context = createTlsReader(tls);
  const name = tls.serverName ?? host;
  return () => ({
    host,
    port,
    secureContext: context(),
    rejectUnauthorized: tls.skipVerify !== true,
    ALPNProtocols: ["http/1.1"],
    servername: isIP(name) === 0 ? name : "",
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
  });
};

const DIRECT = { before: "", headers: {} };

const plain = (endpoint: Endpoint, proxy: ProxyServer | undefined, pool: object): Connections => {
  const agent = new PlainAgent(pool);
  const { host, port } = proxy ?? endpoint;
  const where = endpoint.socketPath === undefined ? { host, port } : { socketPath: endpoint.socketPath };
  const through = proxy === undefined ? DIRECT : { before: endpoint.origin, headers: proxy.headers };
  return { endpoint, request: plainRequest, options: { ...where, agent }, through, close: () => agent.destroy() };
};

const secure = (endpoint: Endpoint, proxy: ProxyServer | undefined, tls: TlsSettings, pool: object): Connections => {
  const options = tlsOptions(endpoint, tls);
  // Files that cannot be used are an error now, not at the first call.
  options();
  const { host, port, authority } = endpoint;
  const hostPort = authority.endsWith(`:${port}`) ? authority : `${authority}:${port}`;
  const closing = new AbortController();
  const agent = fileAgent(options, proxy && (() => tunnel(proxy, hostPort, closing.signal)), pool);
  return {
    endpoint,
    request: secureRequest,
    options: { host, port, agent },
    through: DIRECT,
    close: () => {
      closing.abort();
      agent.destroy();
    },
  };
};

/** Throws `SettingsError` for TLS files or a proxy that cannot be used. */
export const openConnections = (endpoint: Endpoint, settings: ClientSettings): Connections => {
  const keepAlive = settings.keepAlive ?? true;
  const pool = { keepAlive, timeout: IDLE, ...defined({ maxSockets: settings.maxConnections }) };
  const proxy =
    settings.proxy === undefined || endpoint.socketPath !== undefined ? undefined : readProxy(settings.proxy);
  return endpoint.secure ? secure(endpoint, proxy, settings.tls ?? {}, pool) : plain(endpoint, proxy, pool);
};
