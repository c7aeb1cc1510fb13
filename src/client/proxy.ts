import { request } from "node:http";
import type { Socket } from "node:net";
import { defined } from "../std/defined.ts";
import { SettingsError } from "./errors.ts";

/** A proxy between this machine and the server: a tunnel for TLS, whole addresses for plain HTTP. */

export interface ProxyServer {
  readonly host: string;
  readonly port: number;
  /** `Proxy-Authorization`, where the proxy's address holds a user and a password. */
  readonly headers: Readonly<Record<string, string>>;
}

const refused = (): SettingsError => new SettingsError("the proxy's address cannot be used: expected http://HOST:PORT");

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refused();
  }
};

/** Throws `SettingsError`, without the address: it may hold a password. */
export const readProxy = (text: string): ProxyServer => {
  const written = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol !== "http:") throw refused();
  const user = `${decoded(url.username)}:${decoded(url.password)}`;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? 80 : Number(url.port),
    headers: defined({
      "proxy-authorization": user === ":" ? undefined : `Basic ${Buffer.from(user).toString("base64")}`,
    }),
  };
};

/** Milliseconds that a proxy may say nothing. */
const LIMIT = 60_000;

/**
 * A tunnel to a host. Rejects where the proxy is not reached, refuses or says nothing; its own words are not repeated.
 * The signal ends what is not a tunnel yet, so that a silent proxy keeps no process alive.
 */
export const tunnel = (proxy: ProxyServer, authority: string, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { host, port, headers } = proxy;
    const asked = request({
      method: "CONNECT",
      host,
      port,
      path: authority,
      headers: { host: authority, ...headers },
      agent: false,
      timeout: LIMIT,
      signal,
    });
    asked.once("connect", (answer, socket) => {
      if (answer.statusCode === 200) {
        resolve(socket.setTimeout(0));
        return;
      }
      socket.destroy();
      reject(new SettingsError(`the proxy refuses to connect (${answer.statusCode})`));
    });
    asked.once("response", (answer) => {
      answer.destroy();
      reject(new SettingsError(`the proxy refuses to connect (${answer.statusCode})`));
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => reject(new SettingsError("the proxy cannot be reached")));
    asked.end();
  });
