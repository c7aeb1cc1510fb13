import { SettingsError } from "./errors.ts";

/** Where a server answers, read from its address. */
export interface Endpoint {
  /** For messages and comparisons: `https://host:8200`, `unix:///run/zeroth.sock`. */
  readonly origin: string;
  readonly secure: boolean;
  /** As it is dialled: an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The `Host` header. */
  readonly authority: string;
  /** Path before `/v1`, without a slash at its end. */
  readonly prefix: string;
  readonly socketPath?: string;
}

const parsed = (address: string): URL => {
  try {
    return new URL(address);
  } catch {
    throw new SettingsError("the server's address cannot be read: expected https://HOST:PORT or unix:///SOCKET");
  }
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new SettingsError("the server's address cannot be read: a % in it begins no character");
  }
};

/** Throws `SettingsError`; a message never repeats a password that is in an address. */
export const readAddress = (address: string): Endpoint => {
  const url = parsed(address.trim());
  if (url.username !== "" || url.password !== "") {
    throw new SettingsError("the server's address holds a user name or password: only scheme, host, port and path may");
  }
  if (url.protocol === "unix:") {
    const socketPath = decoded(url.pathname);
    if (url.host !== "" || socketPath.length < 2) {
      throw new SettingsError(`the server's address ${address} names no socket: expected unix:///PATH`);
    }
    const origin = `unix://${socketPath}`;
    return { origin, secure: false, host: "localhost", port: 80, authority: "localhost", prefix: "", socketPath };
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new SettingsError(`the server's address begins with ${url.protocol}// : expected https, http or unix`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw new SettingsError("the server's address holds a query or a fragment: only scheme, host, port and path may");
  }
  const secure = url.protocol === "https:";
  return {
    origin: url.origin,
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
    prefix: url.pathname.replace(/\/+$/, ""),
  };
};
