import type { Asked, Given, HeaderFields, Send } from "../proxy/index.ts";
import { canonicalNamespace } from "./namespace.ts";

/** What both caches do alike. */

/** An answer as it is given again. */
export interface KeptAnswer {
  readonly status: number;
  readonly fields: HeaderFields;
  readonly body: Buffer;
}

/** The answer's own life, and headers that were meant for one client at one moment, are not given again. */
const NOT_GIVEN_AGAIN = new Set(["date", "age", "set-cookie"]);

export const keptAnswer = ({ status, fields, body }: Given & { readonly body: Buffer }): KeptAnswer => ({
  status,
  fields: new Map([...fields].filter(([name]) => !NOT_GIVEN_AGAIN.has(name))),
  body,
});

/**
 * Sends what changes something, and calls `done` unless the server refused it: without an answer, or with an error of
 * the server's, it may have been done all the same.
 */
export const sendChange = async (next: Send, asked: Asked, done: () => void): Promise<Given> => {
  let status: number | undefined;
  try {
    const given = await next(asked);
    status = given.status;
    return given;
  } finally {
    if (status === undefined || status < 300 || status >= 500) done();
  }
};

/** Whether a request was for a path that begins so, with `/v1/` in front or without, in this namespace. */
export const isAskedFor = (begin: string, inNamespace: string): ((path: string, namespace: string) => boolean) => {
  const wanted = canonicalNamespace(inNamespace);
  const whole = begin.startsWith("/") ? begin : `/v1/${begin}`;
  return (path, namespace) => namespace === wanted && path.startsWith(whole);
};
