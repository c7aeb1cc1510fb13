import { isIP, type Socket } from "node:net";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { defined } from "../std/defined.ts";
import { NoConnection, networkReason } from "./errors.ts";
import { watched, watchOf } from "./watch.ts";

/** What is done with a socket that `Dial` made, before a driver gets it. */

/** The event, or the socket's end, error or silence, whichever is first. Throws `NoConnection`. */
export const nextEvent = <T>(socket: Socket, event: string, limitMs: number): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const done = (settle: () => void): void => {
      socket.removeListener(event, succeed).removeListener("error", fail).removeListener("close", closed);
      clearTimeout(timer);
      settle();
    };
    const succeed = (value: T): void => done(() => resolve(value));
    const fail = (cause: unknown): void => done(() => reject(new NoConnection(networkReason(cause), { cause })));
    const closed = (): void => done(() => reject(new NoConnection("the server closed the connection")));
    const timer = setTimeout(() => done(() => reject(new NoConnection("timed out"))), limitMs);
    socket.once(event, succeed).once("error", fail).once("close", closed);
  });

/** How a server's certificate is checked, and what it is shown; PEM, empty where there is none. */
export interface TlsTerms {
  /** Authorities; empty: the public ones. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly check: "nothing" | "chain" | "chain and name";
  /** Absent: as Node has them. */
  readonly versions?: { readonly least: SecureVersion; readonly most: SecureVersion };
}

/** The terms as Node's TLS takes them. */
export const tlsOptions = (terms: TlsTerms) =>
  defined({
    rejectUnauthorized: terms.check !== "nothing",
    ca: terms.ca === "" ? undefined : terms.ca,
    cert: terms.certificate === "" ? undefined : terms.certificate,
    key: terms.certificate === "" ? undefined : terms.key,
    minVersion: terms.versions?.least,
    maxVersion: terms.versions?.most,
    checkServerIdentity: terms.check === "chain and name" ? undefined : () => undefined,
  });

/** TLS on a connected socket, with the server called `host`. Throws `NoConnection`; the socket is the caller's to end. */
export const secureSocket = async (
  socket: Socket,
  host: string,
  terms: TlsTerms,
  limitMs: number,
): Promise<TLSSocket> => {
  const servername = isIP(host) === 0 ? host : undefined;
  const secured = connect({ socket, host, ...tlsOptions(terms), ...defined({ servername }) });
  await watched(watchOf(socket), host, () => nextEvent(secured, "secureConnect", limitMs));
  return secured;
};
