import { afterEach, describe, expect, it } from "@jest/globals";
import { verifyAudit } from "../../../src/audit/verify.ts";
import { isJsonObject, type JsonObject } from "../../../src/std/json.ts";
import { entriesOf, inVaultsFormat } from "../../support/audit-log.ts";
import { type MakeServerOptions, makeServer, type TestServer } from "../../support/make-server.ts";

let server: TestServer;
afterEach(() => server.dynamo.close());

/** Two sinks a test can break: the built-in device's and that of every file. */
const setUp = async (options: { readonly files?: boolean; readonly allowRaw?: boolean } = {}) => {
  const standard: string[] = [];
  const file: string[] = [];
  const broken = { standard: false, file: false };
  const audit: MakeServerOptions["audit"] = {
    auditSink: {
      write: async (line) => {
        if (broken.standard) throw new Error("stdout is gone");
        standard.push(line);
      },
    },
    ...(options.files === false
      ? {}
      : {
          openAuditFile: async () => ({
            write: async (line: string) => {
              if (broken.file) throw new Error("disk full");
              file.push(line);
            },
          }),
        }),
    ...(options.allowRaw ? { allowRawAudit: true } : {}),
  };
  server = await makeServer({ audit });
  return { standard, file, broken };
};

const enable = (path: string, options: object) =>
  server.call("POST", `sys/audit/${path}`, { body: { type: "file", options } });

/** A member deep inside an entry. */
const at = (entry: JsonObject | undefined, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((here, name) => (isJsonObject(here) ? here[name] : undefined), entry);

const mountKv = (config: object = {}) => server.call("POST", "sys/mounts/s", { body: { type: "kv", config } });

describe("a file device", () => {
  it("takes its place as `path` too, as some clients name it", async () => {
    const { file } = await setUp();
    expect((await enable("named", { path: "/var/log/audit.log" })).status).toBe(204);
    await server.call("GET", "sys/mounts");
    expect(file.length).toBeGreaterThan(0);
  });
});

describe("the audit log as a gate", () => {
  it("refuses a write that no device records, and nothing has happened", async () => {
    const { broken } = await setUp();
    await mountKv();
    broken.standard = true;
    const refused = await server.call("POST", "s/a", { body: { k: "v" } });
    broken.standard = false;

    expect(refused.status).toBe(500);
    expect(refused.body["errors"]).toEqual(["1 error occurred:\n\t* internal error\n\n"]);
    expect((await server.call("GET", "s/a")).status).toBe(404);
  });

  it("gives no data when the response cannot be recorded", async () => {
    const { broken, standard } = await setUp();
    await mountKv();
    await server.call("POST", "s/a", { body: { k: "top-secret" } });
    const push = standard.push.bind(standard);
    standard.push = (line) => {
      const count = push(line);
      broken.standard = true;
      return count;
    };
    const read = await server.call("GET", "s/a");

    expect(read.status).toBe(500);
    expect(read.text).not.toContain("top-secret");
  });

  it("goes on while one of two devices records", async () => {
    const { broken, file } = await setUp();
    await enable("f", { file_path: "audit.log" });
    broken.standard = true;
    const answer = await server.call("GET", "auth/token/lookup-self");

    expect(answer.status).toBe(200);
    expect(file.some((line) => line.includes('"type":"response"'))).toBe(true);
  });

  it("does not count a device that keeps nothing", async () => {
    const { broken } = await setUp();
    await enable("d", { file_path: "discard" });
    broken.standard = true;

    expect((await server.call("GET", "auth/token/lookup-self")).status).toBe(500);
  });

  it("makes no usable token when a login cannot be recorded", async () => {
    const { broken } = await setUp();
    await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
    await server.call("POST", "auth/userpass/users/ann", { body: { password: "correct horse" } });
    broken.standard = true;
    const login = await server.call("POST", "auth/userpass/login/ann", {
      token: null,
      body: { password: "correct horse" },
    });

    expect(login.status).toBe(500);
    expect(login.text).not.toContain("client_token");
  });

  it("says in the operator's log which device failed", async () => {
    const { broken } = await setUp();
    await enable("f", { file_path: "audit.log" });
    broken.file = true;
    await server.call("GET", "auth/token/lookup-self");

    expect(server.logLines.some((line) => line.includes("audit device failed") && line.includes("f/"))).toBe(true);
  });
});

describe("audit devices", () => {
  it("each hash with a salt of their own, and as sys/audit-hash says", async () => {
    const { file, standard } = await setUp();
    await enable("f", { file_path: "audit.log" });
    await mountKv();
    await server.call("POST", "s/a", { body: { k: "value" } });
    const hashed = (await server.call("POST", "sys/audit-hash/f", { body: { input: "value" } })).data["hash"];
    const find = (lines: readonly string[]) =>
      entriesOf(lines).find((entry) => entry["type"] === "request" && at(entry, "request", "path") === "s/a");

    expect(at(find(file), "request", "data", "k")).toBe(hashed);
    expect(at(find(standard), "request", "data", "k")).toMatch(/^hmac-sha256:/);
    expect(at(find(standard), "request", "data", "k")).not.toBe(hashed);
  });

  it("share the standard sink if there is no file system, and say whose a line is", async () => {
    const { standard } = await setUp({ files: false });
    await enable("f", { file_path: "/var/log/audit.log" });
    await server.call("GET", "auth/token/lookup-self");

    expect(new Set(entriesOf(standard).map((entry) => entry["device"]))).toEqual(new Set([undefined, "f/"]));
  });

  it("show data unhashed with log_raw, and no other device does", async () => {
    const { file, standard } = await setUp({ allowRaw: true });
    await enable("raw", { file_path: "raw.log", log_raw: true });
    await mountKv();
    await server.call("POST", "s/a", { body: { k: "canary-9f1c" } });

    expect(file.some((line) => line.includes("canary-9f1c"))).toBe(true);
    expect(standard.some((line) => line.includes("canary-9f1c"))).toBe(false);
  });

  it("may not show data unhashed where the deployment does not allow it", async () => {
    await setUp();
    const refused = await enable("raw", { file_path: "raw.log", log_raw: true });

    expect(refused.status).toBe(400);
  });

  it.each([{ prefix: "#!/bin/sh" }, { mode: "0755" }, { mode: "04600" }, { format: "jsonx" }])(
    "refuse options that could make a log a program, or that nobody reads: %j",
    async (options) => {
      await setUp();
      const refused = await enable("x", { file_path: "x.log", ...options });

      expect(refused.status).toBe(400);
    },
  );

  it("show accessors where hmac_accessor is off", async () => {
    const { file } = await setUp();
    await enable("f", { file_path: "a.log", hmac_accessor: false });
    const { data } = await server.call("GET", "auth/token/lookup-self");

    expect(file.some((line) => line.includes(String(data["accessor"])))).toBe(true);
    expect(file.some((line) => line.includes(server.root))).toBe(false);
  });

  it("show listings as counts with elide_list_responses", async () => {
    const { file } = await setUp();
    await enable("f", { file_path: "a.log", elide_list_responses: true });
    await mountKv();
    await server.call("POST", "s/a", { body: { k: "v" } });
    await server.call("POST", "s/b", { body: { k: "v" } });
    await server.call("LIST", "s/");
    const listing = entriesOf(file).find((entry) => at(entry, "request", "operation") === "list" && entry["response"]);

    expect(at(listing, "response", "data", "keys")).toBe(2);
  });

  it("no longer get lines when they are disabled", async () => {
    const { file } = await setUp();
    await enable("f", { file_path: "a.log" });
    await server.call("DELETE", "sys/audit/f");
    const before = file.length;
    await server.call("GET", "auth/token/lookup-self");

    expect(file.length).toBe(before);
  });
});

describe("audit lines", () => {
  it("verify with the key the server shows", async () => {
    const { standard } = await setUp();
    for (let i = 0; i < 5; i++) await server.call("GET", "auth/token/lookup-self");
    const { data } = await server.call("GET", "sys/audit-key");
    await server.core.audit.flush();

    expect(verifyAudit(standard, [String(data["public_key"])])).toMatchObject({ ok: true, writers: [{ unsigned: 0 }] });
  });

  it("come in pairs, one for the request and one for the response", async () => {
    const { standard } = await setUp();
    await server.call("GET", "auth/token/lookup-self");

    expect(entriesOf(standard).map((entry) => entry["type"])).toEqual(["request", "response"]);
  });

  it("name who asked, what, and which policy granted it", async () => {
    const { standard } = await setUp();
    await server.call("GET", "auth/token/lookup-self", { sourceAddress: "203.0.113.9" });
    const [entry] = entriesOf(standard);

    expect(at(entry, "request")).toMatchObject({
      operation: "read",
      path: "auth/token/lookup-self",
      mount_point: "auth/token/",
      mount_type: "token",
      remote_address: "203.0.113.9",
      namespace: { id: "root" },
    });
    expect(at(entry, "auth", "policy_results")).toMatchObject({
      allowed: true,
      granting_policies: [{ name: "root", namespace_id: "root", type: "acl" }],
    });
  });

  it("say which rule of which policy denied, and its line", async () => {
    const { standard } = await setUp();
    await server.call("POST", "sys/policies/acl/p", {
      body: { policy: '\npath "s/*" {\n capabilities = ["deny"]\n}' },
    });
    const made = await server.call("POST", "auth/token/create", { body: { policies: ["p"] } });
    await server.call("GET", "s/a", { token: String(at(made.body, "auth", "client_token")) });
    const denied = entriesOf(standard).at(-1);

    expect(denied?.["error"]).toBe("permission denied");
    expect(at(denied, "auth", "policy_results")).toMatchObject({
      allowed: false,
      reason: "explicit_deny",
      rule: { path: "s/*", policies: [{ name: "p", line: 2 }] },
    });
  });

  it("record a request without a good token with its raw path", async () => {
    const { standard } = await setUp();
    await server.call("GET", "nowhere/x", { token: "hvs.forged-token" });
    const entry = entriesOf(standard).at(-1);

    expect(at(entry, "request", "path")).toBe("nowhere/x");
    expect(entry?.["error"]).toBe("2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");
    expect(JSON.stringify(entry)).not.toContain("forged-token");
  });

  it("keep clear what the mount's operator put on its list, with all below", async () => {
    const { standard } = await setUp();
    await mountKv({ audit_non_hmac_request_keys: ["label"], audit_non_hmac_response_keys: ["label"] });
    await server.call("POST", "s/a", { body: { label: { deep: "shown" }, other: "hidden-1" } });
    await server.call("GET", "s/a");
    const [request, response] = [entriesOf(standard).at(-4), entriesOf(standard).at(-1)];

    expect(at(request, "request", "data", "label")).toEqual({ deep: "shown" });
    expect(at(response, "response", "data", "label")).toEqual({ deep: "shown" });
    expect(at(response, "response", "data", "other")).toMatch(/^hmac-sha256:/);
  });

  it("show only the configured request headers, hashed where told", async () => {
    const { standard } = await setUp();
    await server.call("POST", "sys/config/auditing/request-headers/X-Shown", { body: {} });
    await server.call("POST", "sys/config/auditing/request-headers/X-Hashed", { body: { hmac: true } });
    await server.call("GET", "auth/token/lookup-self", {
      headers: { "X-Shown": "one", "X-Hashed": "two", "X-Other": "three" },
    });
    const headers = at(entriesOf(standard).at(-1), "request", "headers");

    expect(headers).toEqual({ "x-shown": ["one"], "x-hashed": [expect.stringMatching(/^hmac-sha256:/)] });
  });

  it("show data as one hash where a line would be longer than its sink takes", async () => {
    const lines: string[] = [];
    server = await makeServer({
      audit: {
        auditSink: {
          maxBytes: 4000,
          write: async (line) => {
            lines.push(line);
          },
        },
      },
    });
    await mountKv();
    const body = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, "v"]));
    const written = await server.call("POST", "s/a", { body });

    expect(written.status).toBe(204);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4000);
    expect(inVaultsFormat(lines).at(-2)).toContain('"omitted":"hmac-sha256:');
  });
});
