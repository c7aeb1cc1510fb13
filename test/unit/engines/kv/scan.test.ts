import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { createMount } from "./support.ts";

const filled = async (...paths: string[]) => {
  const mount = createMount();
  for (const path of paths) await mount.fill(path, [1]);
  return mount;
};

describe("a scan", () => {
  const TREE = ["a", "z", "b/y", "b/d/e", "b/d/f/g", "c/x", "c", "é/1"];

  it("shows every key below a folder: its keys, then its folders, the last one first", async () => {
    const mount = await filled(...TREE);

    expect((await mount.request("scan", "metadata/")).data).toEqual({
      keys: ["a", "c", "z", "é/1", "c/x", "b/y", "b/d/e", "b/d/f/g"],
    });
    expect((await mount.request("scan", "metadata/b/")).data).toEqual({ keys: ["y", "d/e", "d/f/g"] });
  });

  it("of nothing is an answer without keys", async () => {
    const mount = await filled("a");

    for (const path of ["metadata/none/", "metadata/a/", "detailed-metadata/none/"]) {
      const { status, data } = await mount.request("scan", path);
      expect({ status, data }).toEqual({ status: 200, data: {} });
    }
  });

  it.each(["metadata/", "detailed-metadata/"])(
    "of %s goes on in parts, across folders, each key once",
    async (path) => {
      const mount = await filled(...TREE);
      const found: string[] = [];
      for (let last: string | undefined = ""; last !== undefined; last = found.at(-1)) {
        const { data } = await mount.request("scan", path, { after: last, limit: "3" });
        const keys: readonly string[] = data.keys ?? [];
        expect(keys.length).toBeLessThanOrEqual(3);
        if (keys.length === 0) break;
        found.push(...keys);
      }

      expect(found).toHaveLength(TREE.length);
      expect([...found].sort()).toEqual([...TREE].sort());
    },
  );

  it("comes with metadata from detailed-metadata", async () => {
    const mount = await filled("a", "d/b");

    const { data } = await mount.request("scan", "detailed-metadata/");

    expect(data).toMatchObject({
      keys: ["a", "d/b"],
      key_info: { a: { current_version: 1 }, "d/b": { oldest_version: 0 } },
    });
  });

  it.each([
    ["data/", "unsupported_operation"],
    ["data/a/", "unsupported_operation"],
    ["destroy/a/", "unsupported_operation"],
  ])("of %s is refused as a list is", async (path, code) => {
    await expect((await filled("a")).request("scan", path)).rejects.toMatchObject({ code });
  });

  it("of a path that is none of version 2 says so", async () => {
    const { warnings } = await createMount().request("scan", "foo/");

    expect(warnings[0]).toContain("'vault kv scan'");
  });
});

describe("a scan of too much", () => {
  const walking = async (names: readonly string[], more: boolean) => {
    const mount = await filled();
    const asked: number[] = [];
    mount.view.walk = async (_prefix, { limit }) => {
      asked.push(limit);
      return { names, more };
    };
    return { asked, scan: (path: string, query: Record<string, string> = {}) => mount.request("scan", path, query) };
  };
  const refusal = { code: "invalid_request", wire: expect.stringMatching(/limit/) };

  it("is refused unless it is asked for in parts", async () => {
    const { asked, scan } = await walking(["a"], true);

    await expect(scan("metadata/")).rejects.toMatchObject(refusal);
    await expect(scan("detailed-metadata/")).rejects.toMatchObject(refusal);
    expect((await scan("metadata/", { limit: "7" })).data).toEqual({ keys: ["a"] });
    expect((await scan("metadata/", { limit: "999999" })).data).toEqual({ keys: ["a"] });
    expect((await scan("metadata/", { after: "0" })).data).toEqual({ keys: ["a"] });
    expect(asked).toEqual([10_000, 1_000, 7, 10_000, 10_000]);
  });

  it("is refused where a part found nothing, which would look like the end", async () => {
    const { scan } = await walking([], true);

    await expect(scan("metadata/", { limit: "5" })).rejects.toMatchObject(refusal);
  });

  it("shows a key without metadata that was deleted on the way", async () => {
    const { scan } = await walking(["gone"], false);

    expect((await scan("detailed-metadata/")).data).toEqual({ keys: ["gone"], key_info: {} });
  });
});

describe("a scan over the table", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await makeServer();
    await server.call("POST", "sys/mounts/kv", { body: { type: "kv", options: { version: "2" } } });
    await server.call("POST", "sys/mounts/old", { body: { type: "kv" } });
    for (let folder = 0; folder < 20; folder += 1) {
      for (const name of ["a", "b/c", "b/d"]) {
        await server.call("POST", `kv/data/f${folder}/${name}`, { body: { data: {} } });
      }
    }
    await server.call("POST", "old/x/y", { body: { a: 1 } });
  });
  afterAll(() => server.dynamo.close());

  const tokenFor = async (name: string, policy: string): Promise<string> => {
    await server.call("POST", `sys/policies/acl/${name}`, { body: { policy } });
    const made = await server.call("POST", "auth/token/create", { body: { policies: [name] } });
    return String((made.body["auth"] as { client_token: string }).client_token);
  };
  const keysOf = (answer: { data: unknown }): readonly string[] => (answer.data as { keys?: string[] }).keys ?? [];

  it("is one query, however many the folders", async () => {
    await server.call("SCAN", "kv/metadata");
    server.table.calls.length = 0;

    const answer = await server.call("SCAN", "kv/metadata");

    expect(keysOf(answer)).toHaveLength(60);
    expect(server.table.calls.filter(({ operation }) => operation === "Query")).toHaveLength(1);
  });

  it.each([
    ["SCAN", "kv/metadata/f3"],
    ["SCAN", "kv/metadata/f3/"],
    ["GET", "kv/metadata/f3?scan=true"],
    ["GET", "kv/metadata/f3/?scan=1"],
  ])("is asked by %s %s", async (method, path) => {
    expect(keysOf(await server.call(method, path))).toEqual(["a", "b/c", "b/d"]);
  });

  it("needs the capability scan on the folder, and on no other", async () => {
    const lister = await tokenFor("lister", 'path "kv/metadata/*" { capabilities = ["list", "read"] }');
    const scanner = await tokenFor("scanner", 'path "kv/metadata/f1/*" { capabilities = ["scan"] }');

    expect((await server.call("SCAN", "kv/metadata/f1", { token: lister })).status).toBe(403);
    expect((await server.call("SCAN", "kv/metadata/f1", { token: scanner })).status).toBe(200);
    expect((await server.call("LIST", "kv/metadata/f1", { token: scanner })).status).toBe(403);
    expect((await server.call("SCAN", "kv/metadata", { token: scanner })).status).toBe(403);
    const { data } = await server.call("POST", "sys/capabilities-self", {
      token: scanner,
      body: { paths: ["kv/metadata/f1/x"] },
    });
    expect(data["kv/metadata/f1/x"]).toEqual(["scan"]);
  });

  it("leaves out folders that a narrower rule closes, in parts too", async () => {
    const token = await tokenFor(
      "partly",
      'path "kv/metadata/*" { capabilities = ["scan"] }\npath "kv/metadata/f1/b/*" { capabilities = ["deny"] }\n' +
        'path "kv/metadata/f2/*" { capabilities = ["read"] }\npath "kv/metadata/f2/b/*" { capabilities = ["scan"] }',
    );
    const whole = keysOf(await server.call("SCAN", "kv/metadata", { token }));

    expect(whole).toContain("f1/a");
    expect(whole.filter((key) => /^f(1\/b|2)\//.test(key))).toEqual([]);
    expect(whole).toHaveLength(60 - 2 - 3);
    const parts: string[] = [];
    for (;;) {
      const after = encodeURIComponent(parts.at(-1) ?? "");
      const keys = keysOf(await server.call("GET", `kv/metadata?scan=true&limit=7&after=${after}`, { token }));
      if (keys.length === 0) break;
      parts.push(...keys);
    }
    expect([...parts].sort()).toEqual([...whole].sort());
  });

  it("may be wrapped, and is explained like any other operation", async () => {
    const wrapped = await server.call("SCAN", "kv/metadata/f3", { headers: { "x-vault-wrap-ttl": "60s" } });
    const explained = await server.call("POST", "sys/policies/explain", {
      body: { policies: ["default"], path: "kv/metadata", operation: "scan" },
    });

    expect(wrapped.body["wrap_info"]).toMatchObject({ ttl: 60 });
    expect(explained.data).toMatchObject({
      allowed: false,
      suggestion: 'path "kv/metadata/" {\n  capabilities = ["scan"]\n}\n',
    });
  });

  it("of a mount of version 1 is the same", async () => {
    expect((await server.call("SCAN", "old")).data).toEqual({ keys: ["x/y"] });
    expect((await server.call("SCAN", "old/none")).data).toEqual({});
  });

  it("is refused where a backend has none, with 405", async () => {
    expect((await server.call("SCAN", "cubbyhole/")).status).toBe(405);
    expect((await server.call("SCAN", "sys/policies/acl")).status).toBe(405);
  });

  it("is named in the audit log", () => {
    const line = server.auditLines.map((text) => JSON.parse(text)).find(({ request }) => request?.operation === "scan");

    expect(line.request.path).toMatch(/^kv\/metadata\//);
  });
});
