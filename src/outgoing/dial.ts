import { connect, type Socket } from "node:net";
import { AddressRefused, NoConnection, networkReason } from "./errors.ts";
import type { Guard } from "./guard.ts";

/** A TCP connection to a host that the guard lets through. */

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** Throws `AddressRefused`, or `NoConnection` when none is there after `limitMs`. */
export type Dial = (target: Target, limitMs: number) => Promise<Socket>;

export const createDial =
  (guard: Guard): Dial =>
  ({ host, port }, limitMs) =>
    new Promise((resolve, reject) => {
      guard.check(host);
      const socket = connect({ host, port, lookup: guard.lookup });
      const fail = (cause: Error): void => {
        clearTimeout(timer);
        // The listener stays: a socket that is given up may still report an error.
        socket.on("error", () => undefined).destroy();
        reject(cause);
      };
      const failed = (cause: unknown): void =>
        fail(cause instanceof AddressRefused ? cause : new NoConnection(networkReason(cause), { cause }));
      const timer = setTimeout(() => fail(new NoConnection("timed out")), limitMs);
      socket.once("error", failed).once("connect", () => {
        clearTimeout(timer);
        socket.removeListener("error", failed);
        resolve(socket);
      });
    });
