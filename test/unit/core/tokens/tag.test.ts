import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { MAX_TOKEN_LENGTH } from "../../../../src/core/tokens/ids.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A text that no token can be is never looked up. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

it("a text that is empty or too long has no tag, and any other has", async () => {
  const tagOf = (length: number) => server.core.tokens.tag("x".repeat(length));

  expect(await tagOf(0)).toBeUndefined();
  expect(await tagOf(MAX_TOKEN_LENGTH + 1)).toBeUndefined();
  expect(await tagOf(1)).toMatch(/./);
  expect(await tagOf(MAX_TOKEN_LENGTH)).toMatch(/./);
});
