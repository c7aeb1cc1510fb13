import { type ClientRequestArgs, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { checkServerIdentity, connect, type PeerCertificate, type SecureContext } from "node:tls";
import { defined } from "../std/defined.ts";
import type { Endpoint } from "./address.ts";
import type { ClientSettings, TlsSettings } from "./contract.ts";
import { createTlsReader } from "./tls-files.ts";

/** Connections to one server, kept open between calls. Relaxed certificate checks of the environment do not apply. */
export interface Connections {
  readonly endpoint: Endpoint;
  readonly request: typeof plainRequest;
  /** For each request: where to, and by which agent. */
  readonly options: ClientRequestArgs;
  close(): void;
}

/** An idle connection is ended after so many milliseconds. */
const IDLE = 90_000;

type Made = (error: Error | null, stream: Duplex) => void;

/** No session is taken up again: a rotated client certificate must be shown at the next connection. */
class FileAgent extends SecureAgent {
  readonly #context: () => SecureContext;
  readonly #tls: TlsSettings;
  constructor(context: () => SecureContext, tls: TlsSettings, options: ConstructorParameters<typeof PlainAgent>[0]) {
    super({ ...options, maxCachedSessions: 0 });
    this.#context = context;
    this.#tls = tls;
  }
  override createConnection(options: ClientRequestArgs, made?: Made): Duplex | undefined {
    try {
      return connect(this.#tlsOptions(options));
    } catch (cause) {
      made?.(cause instanceof Error ? cause : new Error("no connection"), new Socket());
      return undefined;
    }
  }
  #tlsOptions({ host, port }: ClientRequestArgs) {
    const name = this.#tls.serverName ?? host ?? "";
    return {
      host: host ?? "",
      port: Number(port),
      secureContext: this.#context(),
      rejectUnauthorized: this.#tls.skipVerify !== true,
      ALPNProtocols: ["http/1.1"],
      keepAlive: true,
      servername: isIP(name) === 0 ? name : "",
      checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(name, certificate),
    };
  }
}

/** Throws `SettingsError` for an address or TLS files that cannot be used. */
export const openConnections = (endpoint: Endpoint, settings: ClientSettings): Connections => {
  const keepAlive = settings.keepAlive ?? true;
  const pool = { keepAlive, timeout: IDLE, ...defined({ maxSockets: settings.maxConnections }) };
  const { host, port, socketPath } = endpoint;
  const where = socketPath === undefined ? { host, port } : { socketPath };
  if (!endpoint.secure) {
    const agent = new PlainAgent(pool);
    return { endpoint, request: plainRequest, options: { ...where, agent }, close: () => agent.destroy() };
  }
  const tls = settings.tls ?? {};
  const context = createTlsReader(tls);
  context();
  const agent = new FileAgent(context, tls, pool);
  return { endpoint, request: secureRequest, options: { ...where, agent }, close: () => agent.destroy() };
};
