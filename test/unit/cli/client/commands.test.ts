import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type LocalServer, startLocalServer } from "../../../../src/local/server/index.ts";
import { json, type Line, scripted } from "../../client/scripted-server.ts";
import { commandLine, type Given } from "./command-line.ts";

let server: LocalServer;
let line: Awaited<ReturnType<typeof commandLine>>;

beforeAll(async () => {
  server = await startLocalServer({ port: 0, sweeper: false });
  line = await commandLine(() => server.url);
  await line.file(".vault-token", server.rootToken);
});
afterAll(async () => {
  await Promise.all([server.close(), line.remove()]);
});

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;
const blurred = async (words: readonly string[], given?: Given): Promise<string> =>
  (await line.done(words, given)).replace(TIME, "TIME");

describe("any path", () => {
  beforeEach(() => line.done(["write", "cubbyhole/app", "user=ann", "level=7"]));

  test("is written and read, in a table", async () => {
    expect(await line.done(["write", "cubbyhole/app", "user=ann", "level=7"])).toBe(
      "Success! Data written to: cubbyhole/app\n",
    );
    expect(await line.done(["read", "cubbyhole/app"])).toBe(
      "Key      Value\n---      -----\nlevel    7\nuser     ann\n",
    );
  });

  test("is read as JSON, in Vault's order", async () => {
    const out = await line.done(["read", "-format=json", "cubbyhole/app"]);
    expect(Object.keys(JSON.parse(out))).toEqual([
      "request_id",
      "lease_id",
      "lease_duration",
      "renewable",
      "data",
      "warnings",
    ]);
    expect(JSON.parse(out).data).toEqual({ level: "7", user: "ann" });
  });

  test("is read as YAML", async () => {
    expect(await line.done(["read", "-format=yaml", "cubbyhole/app"])).toContain('data:\n  level: "7"\n  user: ann\n');
  });

  test("is read one field at a time, with a line end at a terminal only", async () => {
    expect(await line.done(["read", "-field=user", "cubbyhole/app"])).toBe("ann");
    expect(await line.done(["read", "-field=user", "cubbyhole/app"], { terminal: true })).toBe("ann\n");
    expect(await line.run(["read", "-field=none", "cubbyhole/app"])).toMatchObject({
      code: 1,
      err: 'Field "none" not present in secret\n',
    });
  });

  test("is listed and deleted", async () => {
    expect(await line.done(["list", "cubbyhole/"])).toBe("Keys\n----\napp\n");
    expect(await line.done(["list", "-format=json", "cubbyhole"])).toBe('[\n  "app"\n]\n');
    expect(await line.done(["delete", "cubbyhole/app"])).toBe(
      "Success! Data deleted (if it existed) at: cubbyhole/app\n",
    );
    expect(await line.run(["read", "cubbyhole/app"])).toMatchObject({
      code: 2,
      err: "No value found at cubbyhole/app\n",
    });
    expect(await line.run(["list", "cubbyhole"])).toMatchObject({ code: 2, err: "No value found at cubbyhole/\n" });
  });

  test("is wrapped, and unwrapped once", async () => {
    const token = await line.done(["read", "-wrap-ttl=5m", "-field=wrapping_token", "cubbyhole/app"]);
    expect(await line.done(["unwrap", "-field=user", "-"], { input: `${token}\n` })).toBe("ann");
    const again = await line.run(["unwrap", token]);
    expect(again.code).toBe(2);
    expect(again.err).toContain("wrapping token is not valid or does not exist");
    expect(again.err).not.toContain(token);
  });
});

describe("data", () => {
  const written = async (words: readonly string[], input?: string): Promise<unknown> => {
    const made = await scripted([json(204, {})]);
    const other = await commandLine(() => made.address);
    await other.done(["write", "x", ...words], input === undefined ? {} : { input });
    await Promise.all([made.close(), other.remove()]);
    return JSON.parse(made.seen[0]?.body ?? "");
  };

  test("is a value, a file, standard input, or a list where a key comes twice", async () => {
    const file = await line.file("value", "from a file\n");
    expect(await written(["a=1=2", `b=@${file}`, "c=-", "d=\\@x", "e=1", "e=2", "e=3", "f="], "typed")).toEqual({
      a: "1=2",
      b: "from a file\n",
      c: "typed",
      d: "@x",
      e: ["1", "2", "3"],
      f: "",
    });
  });

  test("is JSON of a file or of standard input, with its numbers as they are", async () => {
    const file = await line.file("data.json", '{"a":[1,{"b":null}]}');
    expect(await written([`@${file}`])).toEqual({ a: [1, { b: null }] });
    const made = await scripted([json(204, {})]);
    const other = await commandLine(() => made.address);
    await other.done(["write", "x", "-"], { input: '{"n":12345678901234567890.10,"__proto__":1}' });
    expect(made.seen[0]?.body).toBe('{"n":12345678901234567890.10,"__proto__":1}');
    await Promise.all([made.close(), other.remove()]);
  });

  test.each([
    [["novalue"], "", "format must be key=value"],
    [["=x"], "", "format must be key=value"],
    [["a=@/nowhere/file"], "", "open /nowhere/file: it cannot be read"],
    [["-"], "canary", "standard input is not a JSON object"],
    [["a=-", "b=-"], "canary", "standard input is given twice"],
    [[], "", "Must supply data or use -force"],
  ])("that cannot be read is refused without being shown: %j", async (words, input, text) => {
    const { code, err } = await line.run(["write", "cubbyhole/x", ...words], { input });
    expect(code).toBe(1);
    expect(err).toContain(text);
    expect(err).not.toContain("canary");
  });
});

describe("a secret of the KV engine", () => {
  const METADATA =
    "======= Metadata =======\nKey                Value\n---                -----\ncreated_time       TIME\ncustom_metadata    <nil>\ndeletion_time      n/a\ndestroyed          false\n";

  test("is written, changed and read, with its mount asked of the server", async () => {
    const head = "==== Secret Path ====\nsecret/data/team/app\n\n";
    expect(await blurred(["kv", "put", "secret/team/app", "user=ann"])).toBe(
      `${head}${METADATA}version            1\n`,
    );
    await line.done(["kv", "patch", "-mount=secret", "team/app", "level=7"]);
    expect(await blurred(["kv", "get", "secret/team/app"])).toBe(
      `${head}${METADATA}version            2\n\n==== Data ====\nKey      Value\n---      -----\nlevel    7\nuser     ann\n`,
    );
    expect(await line.done(["kv", "get", "-field=user", "secret/team/app"])).toBe("ann");
    expect(await line.done(["kv", "get", "-version=1", "-format=json", "secret/team/app"])).toContain('"user": "ann"');
    await line.done(["kv", "patch", "-method=rw", "-remove-data=level", "secret/team/app"]);
    expect(JSON.parse(await line.done(["kv", "get", "-format=json", "secret/team/app"])).data.data).toEqual({
      user: "ann",
    });
    expect(await line.done(["kv", "list", "secret/team"])).toBe("Keys\n----\napp\n");
    expect(await line.run(["kv", "put", "-cas=0", "secret/team/app", "a=b"])).toMatchObject({ code: 2 });
  });

  test("is deleted, brought back, rolled back and destroyed by version", async () => {
    await line.done(["kv", "put", "secret/old", "a=1"]);
    await line.done(["kv", "put", "secret/old", "a=2"]);
    expect(await line.done(["kv", "delete", "secret/old"])).toBe(
      "Success! Data deleted (if it existed) at: secret/data/old\n",
    );
    // A deleted version still has metadata, which is not a failure.
    expect(await line.done(["kv", "get", "secret/old"])).toMatch(/^deletion_time +\d{4}-/m);
    await line.done(["kv", "undelete", "-versions=2", "secret/old"]);
    await line.done(["kv", "rollback", "-version=1", "secret/old"]);
    expect(await line.done(["kv", "get", "-field=a", "secret/old"])).toBe("1");
    await line.done(["kv", "destroy", "-versions=1,2", "secret/old"]);
    await line.done(["kv", "metadata", "put", "-custom-metadata=owner=ann", "secret/old"]);
    const told = await line.done(["kv", "metadata", "get", "secret/old"]);
    expect(told).toMatch(/^custom_metadata +map\[owner:ann\]$/m);
    expect(told).toMatch(/^====== Version 3 ======$/m);
    await line.done(["kv", "metadata", "delete", "secret/old"]);
    expect(await line.run(["kv", "get", "secret/old"])).toMatchObject({
      code: 2,
      err: "No value found at secret/data/old\n",
    });
  });

  test.each([
    [["undelete", "secret/old"], 1, "No versions provided"],
    [["destroy", "-versions=one", "secret/old"], 1, '"one" is not a version'],
    [["rollback", "secret/old"], 1, "Version flag must be specified"],
    [["put", "secret/old"], 1, "Must supply data"],
    [["patch", "secret/none", "a=b"], 2, "No value found at secret/data/none"],
    [["list"], 1, "Not enough arguments"],
    [["nope"], 1, "Subcommands: get, put"],
  ])("is not touched by %j", async (words, code, text) => {
    const ran = await line.run(["kv", ...words]);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(text);
  });

  test("of version 1 has no versions", async () => {
    await line.done(["write", "sys/mounts/plain", "type=kv"]);
    expect(await line.done(["kv", "put", "plain/a/b", "x=1"])).toBe("Success! Data written to: plain/a/b\n");
    expect(await line.done(["kv", "get", "-field=x", "plain/a/b"])).toBe("1");
    expect(await line.done(["kv", "list", "plain/a"])).toBe("Keys\n----\nb\n");
    expect(await line.run(["kv", "metadata", "get", "plain/a/b"])).toMatchObject({ code: 1 });
    expect(await line.done(["kv", "delete", "plain/a/b"])).toContain("Success!");
  });

  test("is changed by reading and writing where the verb PATCH is not carried", async () => {
    const mount = json(200, { data: { path: "secret/", options: { version: "2" } } });
    const found = json(200, { data: { data: { a: "1", gone: "x" }, metadata: { version: 4 } } });
    const lines: readonly Line[] = [mount, json(405, { errors: [] }), found, json(200, { data: { version: 5 } })];
    const made = await scripted(lines);
    const other = await commandLine(() => made.address);
    await other.done(["kv", "patch", "-remove-data=gone", "secret/app", "b=2"]);
    expect(made.seen[3]).toMatchObject({ method: "PUT", body: '{"data":{"a":"1","b":"2"},"options":{"cas":4}}' });
    await Promise.all([made.close(), other.remove()]);
  });
});

describe("a token", () => {
  test("is looked up, renewed and revoked, by itself and by its accessor", async () => {
    const made = JSON.parse(await line.done(["write", "-format=json", "auth/token/create", "ttl=1h"])).auth;
    expect(await line.done(["token", "lookup", "-field=accessor", made.client_token])).toBe(made.accessor);
    expect(await line.done(["token", "lookup", "-accessor", made.accessor])).toMatch(/^id +n\/a$/m);
    expect(await line.done(["token", "renew", "-increment=30m", made.client_token])).toMatch(/^token_duration +30m$/m);
    expect(await line.done(["token", "revoke", "-accessor", made.accessor])).toBe(
      "Success! Revoked token (if it existed)\n",
    );
    const { code, err } = await line.run(["token", "lookup", made.client_token]);
    expect(code).toBe(2);
    expect(err).toContain("bad token");
    expect(err).not.toContain(made.client_token);
  });

  test("of the session is revoked only where that is said", async () => {
    expect(await line.run(["token", "revoke"])).toMatchObject({ code: 1 });
    const token = await line.done(["write", "-field=token", "auth/token/create", "ttl=1h"]);
    const env = { VAULT_TOKEN: token };
    expect(await line.done(["token", "revoke", "-self"], { env })).toContain("Success!");
    expect((await line.run(["token", "lookup"], { env })).code).toBe(2);
  });
});

describe("the state of the server", () => {
  test("is told in a table and as JSON, with 0 where it is open", async () => {
    expect(await line.done(["status"])).toMatch(/^Sealed +false$/m);
    expect(JSON.parse(await line.done(["status", "-format=json"])).sealed).toBe(false);
  });

  test("is 2 where it is sealed, and 1 where it does not answer", async () => {
    const made = await scripted([json(200, { type: "awskms", initialized: true, sealed: true, t: 1, n: 1 })]);
    const other = await commandLine(() => made.address);
    expect((await other.run(["status"])).code).toBe(2);
    await made.close();
    const { code, err } = await other.run(["status"]);
    expect([code, err]).toEqual([
      1,
      `Error checking seal status: no answer from ${made.address}: connection refused\n`,
    ]);
    await other.remove();
  });
});

test.each([
  [["read"], "Not enough arguments (expected 1, got 0)"],
  [["list", "a", "b"], "Too many arguments (expected 1, got 2)"],
  [["read", "-nope", "a"], "flag provided but not defined: -nope"],
  [["read", "a", "-format=json"], "-format must stand before the other arguments"],
  [["read", "-format=xml", "a"], "Invalid output format: xml"],
  [["read", "-wrap-ttl=soon", "a"], 'invalid wrap TTL "soon"'],
  [["read", "-header=X-Vault-Token=x", "a"], "custom headers may not begin with X-Vault-"],
  [["read", "-address=ftp://x", "a"], "expected https, http or unix"],
  [["read", "-ca-cert=/nowhere", "-address=https://127.0.0.1:1", "a"], "cannot read the CA file /nowhere"],
])("what is wrong here ends with 1: %j", async (words, text) => {
  const { code, out, err } = await line.run(words);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain(text);
});

test("help is asked for by a flag, which is not a failure", async () => {
  const { code, out } = await line.run(["read", "-h"]);
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: zeroth read \[options\] PATH/);
  expect(await line.run(["kv", "-help"])).toMatchObject({ code: 0 });
  expect(await line.run(["kv"])).toMatchObject({ code: 1 });
});

test("flags go before the environment, and the environment before what is usual", async () => {
  const made = await scripted([json(200, { data: { a: 1 } })]);
  const env = { VAULT_ADDR: "http://127.0.0.1:1", VAULT_NAMESPACE: "one", VAULT_FORMAT: "json", VAULT_WRAP_TTL: "60" };
  const words = ["read", `-address=${made.address}`, "-namespace=two", "-header=x-mine=1", "-format=table", "secret/a"];
  await line.done(words, { env: { ...env, VAULT_TOKEN: " hvs.env " } });
  expect(made.seen[0]?.headers).toMatchObject({
    "x-vault-namespace": "two/",
    "x-vault-token": "hvs.env",
    "x-vault-wrap-ttl": "60s",
    "x-mine": "1",
  });
  await made.close();
});
