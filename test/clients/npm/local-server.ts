import { afterAll, beforeAll } from "@jest/globals";
import { type LocalServer, startLocalServer } from "../../../src/local/server/index.ts";

/**
 * The local server on a free port, for the tests of the file that calls this; its address and root token once started.
 */
export const localServer = (): { readonly url: string; readonly rootToken: string } => {
  let started: LocalServer | undefined;
  const running = (): LocalServer => {
    if (started === undefined) throw new Error("the server runs from beforeAll on");
    return started;
  };
  beforeAll(async () => {
    started = await startLocalServer({ port: 0, sweeper: false });
  });
  afterAll(async () => {
    await started?.close();
  });
  return {
    get url() {
      return running().url;
    },
    get rootToken() {
      return running().rootToken;
    },
  };
};

/** A text field of a client's answer, whose type the client leaves open. */
export const text = (answer: unknown, name: string): string => {
  const value = typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
  if (typeof value !== "string") throw new Error(`the answer has no text under ${name}: ${JSON.stringify(answer)}`);
  return value;
};
