import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { JsonObject } from "../../../../src/std/json.ts";
import { policyAddress } from "../../../../src/storage/keys.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

const TEXT = 'path "kv/*" { capabilities = ["read"] }';
const OTHER = 'path "kv/*" { capabilities = ["list"] }';

const MISMATCH = "check-and-set parameter did not match the current version";
const REQUIRED = "check-and-set parameter required for this call";

let made = 0;
const fresh = () => `policy-${++made}`;

const send = async (method: "PUT" | "PATCH", name: string, body: JsonObject) => {
  const headers: Record<string, string> = method === "PATCH" ? { "content-type": "application/merge-patch+json" } : {};
  const answer = await server.call(method, `sys/policies/acl/${name}`, { body, headers });
  return answer.status < 300 ? answer.status : (answer.body["errors"] as string[])[0];
};
const write = (name: string, body: JsonObject = {}) => send("PUT", name, { policy: TEXT, ...body });
const read = async (name: string) => (await server.call("GET", `sys/policies/acl/${name}`)).data;

describe("the version of a policy", () => {
  it("counts its writes, and is shown with their time", async () => {
    const name = fresh();
    await write(name);
    server.clock.advance(1000);
    await write(name, { policy: OTHER });

    expect(await read(name)).toEqual({
      name,
      policy: OTHER,
      version: 2,
      cas_required: false,
      modified: new Date(server.clock.now()).toISOString().replace("Z", "000000Z"),
    });
    expect((await server.call("GET", `sys/policy/${name}`)).data).toMatchObject({ rules: OTHER, version: 2 });
  });

  it("begins again when the policy was deleted", async () => {
    const name = fresh();
    await write(name);
    await write(name);
    await server.call("DELETE", `sys/policies/acl/${name}`);

    expect(await write(name, { cas: 0 })).toBe(204);
    expect((await read(name))["version"]).toBe(1);
  });

  it("is 0 for a built-in policy that was never written", async () => {
    expect(await read("root")).toEqual({ name: "root", policy: "", version: 0, cas_required: false });
    expect(await read("default")).toMatchObject({ name: "default", version: 0, cas_required: false });
    expect(await write("default", { cas: -1 })).toBe("check-and-set parameter set to -1 on existing entry");
  });

  it("is 0 for a policy that was written before there were versions", async () => {
    const name = fresh();
    const address = policyAddress(await server.core.store.names("policy"), name);
    await server.core.config.change([{ op: "put", address, body: { name, text: TEXT }, when: "any" }]);

    expect(await read(name)).toEqual({ name, policy: TEXT, version: 0, cas_required: false });
    expect(await write(name, { cas: 1 })).toBe(MISMATCH);
    expect(await write(name, { cas: 0 })).toBe(204);
    expect((await read(name))["version"]).toBe(1);
  });
});

describe("check-and-set of a policy", () => {
  it("makes a policy only where there is none with -1 or 0", async () => {
    const [one, other] = [fresh(), fresh()];

    expect(await write(one, { cas: 1 })).toBe(MISMATCH);
    expect(await write(one, { cas: -1 })).toBe(204);
    expect(await write(one, { cas: -1 })).toBe("check-and-set parameter set to -1 on existing entry");
    expect(await write(one, { cas: 0 })).toBe(MISMATCH);
    expect(await write(other, { cas: 0 })).toBe(204);
  });

  it.each<[JsonObject, unknown]>([
    [{ cas: 2 }, 204],
    [{ cas: "2" }, 204],
    [{ cas: 1 }, MISMATCH],
    [{ cas: 3 }, MISMATCH],
    [{ cas: -2 }, MISMATCH],
    [{}, 204],
  ])("of version 2 with %j", async (given, outcome) => {
    const name = fresh();
    await write(name);
    await write(name);

    expect(await write(name, { ...given, policy: OTHER })).toBe(outcome);
    expect((await read(name))["policy"]).toBe(outcome === 204 ? OTHER : TEXT);
  });

  it("refuses what is not a number", async () => {
    expect(await write(fresh(), { cas: "x" })).toMatch(/cas/);
  });

  it("may be required, by the write itself or by the one before", async () => {
    const name = fresh();

    expect(await write(name, { cas_required: true })).toBe(REQUIRED);
    expect(await write(name, { cas_required: true, cas: 0 })).toBe(204);
    expect(await write(name)).toBe(REQUIRED);
    expect((await read(name))["cas_required"]).toBe(true);
    expect(await write(name, { cas: 1 })).toBe(204);
    expect(await write(name)).toBe(204);
  });

  it("lets one of many writes with one version through, and loses none without", async () => {
    const name = fresh();
    await write(name);
    const many = (body: (index: number) => JsonObject) =>
      Promise.all(Array.from({ length: 8 }, (_, index) => write(name, body(index))));

    const checked = await many((index) => ({ cas: 1, policy: `${TEXT} # ${index}` }));
    expect(checked.filter((outcome) => outcome === 204)).toHaveLength(1);
    expect(checked.filter((outcome) => outcome === MISMATCH)).toHaveLength(7);
    expect((await read(name))["policy"]).toBe(`${TEXT} # ${checked.indexOf(204)}`);

    expect(await many(() => ({}))).toEqual(Array(8).fill(204));
    expect((await read(name))["version"]).toBe(10);
  });
});

describe("a patch of a policy", () => {
  it("changes what is given, and counts", async () => {
    const name = fresh();
    await write(name);

    expect(await send("PATCH", name, { cas_required: true })).toBe(200);
    expect(await read(name)).toMatchObject({ policy: TEXT, version: 2, cas_required: true });
    expect(await send("PATCH", name, { policy: OTHER, cas: 1 })).toBe(MISMATCH);
    expect(await send("PATCH", name, { policy: OTHER })).toBe(200);
    expect(await read(name)).toMatchObject({ policy: OTHER, version: 3, cas_required: true });
  });

  it.each<[string, JsonObject, unknown]>([
    ["nothing-there", { cas_required: true }, "policy not found"],
    ["root", { cas_required: true }, 'cannot update "root" policy'],
    ["default", { policy: "" }, "'policy' parameter not supplied or empty"],
    ["default", { policy: "path {" }, expect.stringContaining("failed to parse policy")],
  ])("of %s with %j is refused", async (name, body, outcome) => {
    expect(await send("PATCH", name, body)).toEqual(outcome);
  });
});

describe("the end of a policy", () => {
  it.each<JsonObject>([{ ttl: "1h" }, { expiration: "2030-01-01T00:00:00Z" }, { ttl: 0, cas: 0 }])(
    "is refused and not ignored: %j",
    async (given) => {
      const name = fresh();

      expect(await write(name, given)).toContain("policies do not expire");
      expect((await server.call("GET", `sys/policies/acl/${name}`)).status).toBe(404);
    },
  );
});
