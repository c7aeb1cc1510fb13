/**
 * Answers what the call answers. An error of `kind` leaves as `say` puts it; every other leaves as it is, so that a fault
 * of the program is never shown as a mistake of the caller.
 */
export const restate = <Kind extends Error, T>(
  kind: abstract new (...args: never) => Kind,
  say: (cause: Kind) => Error,
  call: () => T,
): T => {
  try {
    return call();
  } catch (cause) {
    throw cause instanceof kind ? say(cause) : cause;
  }
};

/** `restate` for a call that answers a promise. */
export const restateLater = async <Kind extends Error, T>(
  kind: abstract new (...args: never) => Kind,
  say: (cause: Kind) => Error,
  call: () => Promise<T>,
): Promise<T> => {
  try {
    return await call();
  } catch (cause) {
    throw cause instanceof kind ? say(cause) : cause;
  }
};
