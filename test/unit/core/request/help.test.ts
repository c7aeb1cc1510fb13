import { expect, it } from "@jest/globals";
import { makeServer } from "../../../support/make-server.ts";

it("help describes a mount at its root, and is 404 for a path that no row answers", async () => {
  const server = await makeServer();

  const root = await server.call("GET", "auth/token/?help=1");
  const unknown = await server.call("GET", "auth/token/nowhere/at/all?help=1");
  await server.dynamo.close();

  expect([root.status, unknown.status]).toEqual([200, 404]);
  expect(String(root.body["help"])).toContain("lookup-self");
});
