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

/** A tunnel to a host. Rejects where the proxy is not reached or refuses; its own words are not repeated. */
export const tunnel = (proxy: ProxyServer, authority: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { host, port, headers } = proxy;
    const asked = request({
      method: "CONNECT",
      host,
      port,
      path: authority,
      headers: { host: authority, ...headers },
      agent: false,
    });
    asked.once("connect", (answer, socket) => {
      if (answer.statusCode === 200) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new SettingsError(`the proxy refuses to connect (${answer.statusCode})`));
    });
    asked.once("response", (answer) => {
      answer.destroy();
      reject(new SettingsError(`the proxy refuses to connect (${answer.statusCode})`));
    });
    asked.once("error", () => reject(new SettingsError("the proxy cannot be reached")));
    asked.end();
  });
