import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** A path with a slash at its end is a folder: whatever is done to it, a secret of the same name stays as it is. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/mounts/one", { body: { type: "kv", options: { version: "1" } } });
  await server.call("POST", "sys/mounts/two", { body: { type: "kv", options: { version: "2" } } });
  await server.call("POST", "one/a", { body: { v: "1" } });
  await server.call("POST", "two/data/a", { body: { data: { v: "1" } } });
  await server.call("POST", "cubbyhole/a", { body: { v: "1" } });
});
afterAll(() => server.dynamo.close());

const VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
const BELOW = ["data", "metadata", "delete", "undelete", "destroy", "subkeys", "detailed-metadata", "none"];
const PATHS = ["one/a/", "cubbyhole/a/", ...BELOW.map((part) => `two/${part}/a/`)];
const tried = VERBS.flatMap((verb) => PATHS.map((path) => [verb, path] as const));

describe("a path with a slash at its end", () => {
  it.each(tried)("does not succeed for %s %s, and the secret stays", async (verb, path) => {
    const body = verb === "GET" || verb === "DELETE" ? {} : { body: { data: { v: "2" }, versions: [1], v: "2" } };

    expect((await server.call(verb, path, body)).status).toBeGreaterThanOrEqual(400);

    expect((await server.call("GET", "one/a")).data).toEqual({ v: "1" });
    expect((await server.call("GET", "cubbyhole/a")).data).toEqual({ v: "1" });
    const { data } = await server.call("GET", "two/data/a");
    expect([data["data"], (data["metadata"] as { version: number }).version]).toEqual([{ v: "1" }, 1]);
  });

  it.each(["one/none/", "two/metadata/none/", "cubbyhole/none/"])(
    "deletes nothing where nothing is: %s",
    async (path) => {
      expect((await server.call("DELETE", path)).status).toBe(204);
    },
  );
});

describe("LIST of what keeps versions", () => {
  const paths = ["data", "delete", "undelete", "destroy", "subkeys"].flatMap((part) => [
    `two/${part}/a`,
    `two/${part}/a/b`,
  ]);

  it.each(["data", "delete", "undelete", "destroy", "subkeys"].map((part) => `two/${part}`).concat(paths))(
    "%s is 405",
    async (path) => {
      for (const answer of [await server.call("LIST", path), await server.call("GET", `${path}?list=true`)]) {
        expect([answer.status, answer.body["errors"]]).toEqual([
          405,
          ["1 error occurred:\n\t* unsupported operation\n\n"],
        ]);
      }
    },
  );
});
