import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** Requests that Vault's tools and tests make and that lead nowhere: each has Vault's answer. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/auth/approle", { body: { type: "approle" } });
  await server.call("POST", "sys/mounts/kv", { body: { type: "kv" } });
});
afterAll(() => server.dynamo.close());

const errorsOf = async (method: string, path: string, options: Parameters<TestServer["call"]>[2] = {}) => {
  const { status, body } = await server.call(method, path, options);
  return [status, body["errors"]];
};

describe("help", () => {
  it.each(["sys/nothing-here", "auth/approle/nothing/x/y", "identity/zzz"])(
    "of the unknown path %s is 404",
    async (path) => {
      const refused = [404, ["1 error occurred:\n\t* unsupported path\n\n"]];
      expect(await errorsOf("GET", `${path}?help=1`)).toEqual(refused);
      expect(await errorsOf("HELP", path)).toEqual(refused);
    },
  );

  it("of a path without a mount is 404", async () => {
    expect(await errorsOf("GET", "nowhere/x?help=1")).toEqual([
      404,
      [expect.stringContaining('no handler for route "nowhere/x"')],
    ]);
  });

  it.each(["sys/", "auth/approle/", "kv/", "identity/"])("of the mount %s describes the backend", async (path) => {
    const shown = await server.call("GET", `${path}?help=1`);
    expect([shown.status, shown.body["help"]]).toEqual([200, expect.stringContaining("## PATHS")]);
  });
});

describe("sys/plugins/reload/backend", () => {
  const reload = (body: object) => errorsOf("PUT", "sys/plugins/reload/backend", { body });

  it("names every mount that is not there", async () => {
    expect(await reload({ mounts: "nowhere" })).toEqual([
      400,
      ['1 error occurred:\n\t* cannot fetch mount entry on "nowhere/"\n\n'],
    ]);
    expect(await reload({ mounts: ["kv", "a", "auth/b/"] })).toEqual([
      400,
      ['2 errors occurred:\n\t* cannot fetch mount entry on "a/"\n\t* cannot fetch mount entry on "auth/b/"\n\n'],
    ]);
  });

  it.each(["kv", "kv/", "auth/approle", "sys/auth/approle/", "sys"])("takes %s", async (mounts) => {
    expect((await reload({ mounts }))[0]).toBe(200);
  });
});

describe.each(["lookup", "rewrap", "unwrap"])("sys/wrapping/%s without a token", (name) => {
  const ask = (body: object) => errorsOf("POST", `sys/wrapping/${name}`, { token: null, body });

  it.each([
    [{}, "token is empty"],
    [{ token: null }, "token is empty"],
    [{ token: "" }, "empty token in request body"],
    [{ token: 5 }, "could not decode token in request body"],
  ])("says what is wrong with %j", async (body, why) => {
    expect(await ask(body)).toEqual([403, [`error validating wrapping token: ${why}`]]);
  });

  it("says that a token is not a wrapping token", async () => {
    const refused = [400, ["wrapping token is not valid or does not exist"]];
    expect(await ask({ token: "hvs.unknown" })).toEqual(refused);
    expect(await ask({ token: server.root })).toEqual(refused);
  });
});

describe("sys/wrapping/rewrap", () => {
  const wrap = async (): Promise<string> => {
    const { body } = await server.call("POST", "sys/wrapping/wrap", {
      body: { a: 1 },
      headers: { "x-vault-wrap-ttl": "5m" },
    });
    return (body["wrap_info"] as { token: string }).token;
  };
  const lookup = async (token: string) =>
    (await server.call("POST", "sys/wrapping/lookup", { token: null, body: { token } })).status;

  it("needs a caller who may, and leaves the answer where it was for one who may not", async () => {
    const token = await wrap();
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["default"] } });
    const plain = (made.body["auth"] as { client_token: string }).client_token;
    for (const caller of [null, "", "hvs.unknown", plain]) {
      expect((await server.call("POST", "sys/wrapping/rewrap", { token: caller, body: { token } })).status).toBe(403);
    }
    expect(await lookup(token)).toBe(200);
    expect((await server.call("POST", "sys/wrapping/rewrap", { body: { token } })).status).toBe(200);
    expect(await lookup(token)).toBe(400);
  });

  it("is nothing that a wrapping token may do with itself", async () => {
    const token = await wrap();
    expect((await server.call("POST", "sys/wrapping/rewrap", { token, body: {} })).status).toBe(403);
    expect((await server.call("POST", "sys/wrapping/rewrap", { token, body: { token } })).status).toBe(403);
    expect(await lookup(token)).toBe(200);
  });

  it("holds to the policy's limits of a wrap TTL", async () => {
    const policy = 'path "sys/wrapping/rewrap" { capabilities = ["update"] max_wrapping_ttl = "60s" }';
    await server.call("PUT", "sys/policies/acl/short", { body: { policy } });
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["short"] } });
    const caller = (made.body["auth"] as { client_token: string }).client_token;
    const rewrap = async (ttl: string) =>
      (
        await server.call("POST", "sys/wrapping/rewrap", {
          token: caller,
          headers: { "x-vault-wrap-ttl": ttl },
          body: { token: await wrap() },
        })
      ).status;
    expect([await rewrap("30s"), await rewrap("2m")]).toEqual([200, 403]);
  });
});

describe("limits of KV custom metadata", () => {
  const PREFIX = "custom_metadata validation failed:";
  const write = async (custom_metadata: object) => {
    await server.call("POST", "sys/mounts/kv2", { body: { type: "kv", options: { version: "2" } } });
    return errorsOf("POST", "kv2/metadata/a", { body: { custom_metadata } });
  };
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, "v"]));

  it.each([
    [{ "": "v" }, 'length of key "" is 0 but must be 0 < len(key) <= 128'],
    [{ k: "" }, 'length of value for key "k" is 0 but must be 0 < len(value) <= 512'],
    [{ k: "v".repeat(513) }, 'length of value for key "k" is 513 but must be 0 < len(value) <= 512'],
    [{ "k\u0007": "v" }, 'key "k\\a" (k\u0007) contains unprintable characters'],
    [{ k: "v\u0007" }, 'value for key "k" contains unprintable characters'],
    [pairs(65), "payload must contain at most 64 keys, provided 65"],
  ])("are told in Vault's words: %#", async (given, text) => {
    expect(await write(given)).toEqual([400, [`1 error occurred:\n\t* ${PREFIX} ${text}\n\n`]]);
  });

  it("tell the length of a key of which they show the beginning", async () => {
    const [status, errors] = await write({ ["k".repeat(129)]: "v" });
    expect([status, errors]).toEqual([400, [expect.stringContaining(`"${"k".repeat(60)}..." is 129 but must be`)]]);
  });

  it("are all told at once", async () => {
    const [, errors] = await write({ "": "v", k: "" });
    expect(errors).toEqual([expect.stringMatching(/^2 errors occurred:/)]);
  });
});
