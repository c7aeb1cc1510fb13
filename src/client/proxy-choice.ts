import { isIP } from "node:net";
import { inCidrs } from "../std/cidr.ts";
import { type Endpoint, readAddress } from "./address.ts";
import type { Environment } from "./contract.ts";

/** Whether a server is reached through a proxy, and through which one. Source: Go `golang.org/x/net/http/httpproxy`. */

const isLoopback = (host: string): boolean =>
  host === "localhost" || (isIP(host) !== 0 && inCidrs(host, ["127.0.0.0/8", "::1/128"]));

/** `example.com` and `.example.com` and everything below them; an address, a range or a name may carry a port. */
const matches = (entry: string, { host, port }: Endpoint): boolean => {
  if (entry === "*") return true;
  if (entry.includes("/")) return inCidrs(host, [entry]);
  const [, name = entry, wanted] = isIP(entry) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []) : [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, "$1").replace(/^\*/, "");
  if (isIP(bare) !== 0) return inCidrs(host, [bare]);
  return bare.startsWith(".") ? host.endsWith(bare) : host === bare || host.endsWith(`.${bare}`);
};

/** The proxy of a server; `undefined`: it is reached directly, as this machine and sockets always are. */
export const proxyFor = (env: Environment, address: string): string | undefined => {
  const text = (...names: readonly string[]): string | undefined => names.map((name) => env[name]).find(Boolean);
  const endpoint = readAddress(address);
  if (endpoint.socketPath !== undefined) return undefined;
  const own = text("BAO_PROXY_ADDR", "VAULT_PROXY_ADDR", "BAO_HTTP_PROXY", "VAULT_HTTP_PROXY");
  if (own !== undefined) return own;
  const proxy = endpoint.secure ? text("HTTPS_PROXY", "https_proxy") : text("HTTP_PROXY", "http_proxy");
  if (proxy === undefined || isLoopback(endpoint.host)) return undefined;
  const direct = (text("NO_PROXY", "no_proxy") ?? "").toLowerCase().split(",");
  return direct.some((entry) => entry.trim() !== "" && matches(entry.trim(), endpoint)) ? undefined : proxy;
};
