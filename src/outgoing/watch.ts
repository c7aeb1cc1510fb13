import type { Socket } from "node:net";
import { steady } from "../std/time.ts";
import { type CallFailure, isCallFailure } from "./errors.ts";

/**
 * The one place where outgoing calls are told about: every call that fails in this folder is reported to the guard it
 * went through, with what an operator needs to find the cause. It holds no path, query, header, credential or text of
 * the other side.
 */

export interface OutgoingFailure {
  readonly host: string;
  /** `AddressRefused`: nothing was sent. `NoConnection`, `NoAnswer`: see `errors.ts`. */
  readonly kind: CallFailure["name"];
  /** Fixed words of this program. */
  readonly reason: string;
  /** How long the caller waited, in milliseconds. */
  readonly ms: number;
}

export type Watch = (failure: OutgoingFailure) => void;

export const NOBODY: Watch = () => undefined;

const itself = (cause: unknown): unknown => cause;

/**
 * Makes one attempt at a host, and tells `watch` when it fails. Throws what `attempt` throws; `meaning` puts the errors
 * of a driver that dials for itself into the terms of this folder, for `watch` alone.
 */
export const watched = async <T>(
  watch: Watch,
  host: string,
  attempt: () => Promise<T>,
  meaning: (cause: unknown) => unknown = itself,
): Promise<T> => {
  const began = steady();
  try {
    return await attempt();
  } catch (cause) {
    const meant = meaning(cause);
    if (isCallFailure(meant)) watch({ host, kind: meant.name, reason: meant.reason, ms: Math.round(steady() - began) });
    throw cause;
  }
};

/** Whom a socket's later failures are told to: TLS begins on it long after it was dialled. */
const watches = new WeakMap<Socket, Watch>();

export const keepWatch = (socket: Socket, watch: Watch): void => {
  watches.set(socket, watch);
};

/** Nobody for a socket that was not dialled here. */
export const watchOf = (socket: Socket): Watch => watches.get(socket) ?? NOBODY;
