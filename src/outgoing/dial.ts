import { connect, type Socket } from "node:net";
import { AddressRefused, NoConnection, networkReason } from "./errors.ts";
import type { Guard } from "./guard.ts";
import { keepWatch, watched } from "./watch.ts";

/** A TCP connection to a host that the guard lets through. */

export interface Target {
  readonly host: string;
  readonly port: number;
}

const connected = ({ check, lookup }: Guard, { host, port }: Target, limitMs: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    check(host);
    const socket = connect({ host, port, lookup });
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

/** Throws `AddressRefused`, or `NoConnection` when none is there after `limitMs`. */
export type Dial = (target: Target, limitMs: number) => Promise<Socket>;

export const createDial =
  (guard: Guard): Dial =>
  (target, limitMs) =>
    watched(guard.watch, target.host, async () => {
      const socket = await connected(guard, target, limitMs);
      keepWatch(socket, guard.watch);
      return socket;
    });
