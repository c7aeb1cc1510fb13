import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { builtInRows } from "../../../../src/catalog.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
});
afterAll(() => server.dynamo.close());

describe("sys/tools", () => {
  it("says at which byte base64 goes wrong", async () => {
    const refused = await server.call("POST", "sys/tools/hash", { body: { input: "aGVs*G8=" } });

    expect(refused.body["errors"]).toEqual(["unable to decode input as base64: illegal base64 data at input byte 4"]);
  });

  it("gives different bytes each time", async () => {
    const [one, two] = [await server.call("POST", "sys/tools/random"), await server.call("POST", "sys/tools/random")];

    expect(one.data["random_bytes"]).not.toBe(two.data["random_bytes"]);
  });
});

describe("sys/audit-key", () => {
  it("shows the same public key to everybody who asks, and no private one", async () => {
    const [one, two] = [await server.call("GET", "sys/audit-key"), await server.call("GET", "sys/audit-key")];

    expect(one.data).toEqual(two.data);
    expect(one.text).toContain("BEGIN PUBLIC KEY");
    expect(one.text).not.toMatch(/PRIVATE|seed|sealed/);
  });

  it("needs a token", async () => {
    expect((await server.call("GET", "sys/audit-key", { token: null })).status).toBe(403);
  });
});

describe("sys/config/auditing/request-headers", () => {
  it("refuses the headers that carry the token", async () => {
    const refused = await server.call("POST", "sys/config/auditing/request-headers/X-Vault-Token", { body: {} });

    expect(refused.status).toBe(400);
  });
});

describe("sys/config/cors", () => {
  it("refuses the wildcard together with others", async () => {
    const refused = await server.call("POST", "sys/config/cors", { body: { allowed_origins: "*,https://a.example" } });

    expect(refused.status).toBe(400);
    expect(refused.text).toContain("must be the only value for allowed_origins");
  });

  it("holds from the next request on, until it is switched off", async () => {
    await server.call("POST", "sys/config/cors", { body: { allowed_origins: "https://a.example" } });
    const headers = { Origin: "https://b.example" };

    expect((await server.call("GET", "sys/health", { headers, token: null })).status).toBe(403);
    await server.call("DELETE", "sys/config/cors");
    expect((await server.call("GET", "sys/health", { headers, token: null })).status).toBe(200);
  });
});

describe("sys/config/ui/headers", () => {
  it("warns of another content security policy", async () => {
    const set = await server.call("PUT", "sys/config/ui/headers/Content-Security-Policy", { body: { values: ["x"] } });

    expect(set.body["warnings"]).toEqual([expect.stringContaining("proceed with caution")]);
  });

  it("refuses a value that would end the header", async () => {
    const refused = await server.call("PUT", "sys/config/ui/headers/X-A", { body: { values: ["a\r\nX-B: c"] } });

    expect(refused.status).toBe(400);
  });
});

describe("sys/plugins", () => {
  it("registers nothing", async () => {
    const refused = await server.call("PUT", "sys/plugins/catalog/secret/mine", {
      body: { command: "x", sha256: "y" },
    });

    expect(refused.status).toBe(400);
  });

  it("lists what can be mounted, and not the mounts every server has", async () => {
    const { data } = await server.call("GET", "sys/plugins/catalog");

    expect(data["secret"]).toContain("kv");
    expect(data["secret"]).not.toContain("system");
    expect(data["database"]).toContain("postgresql-database-plugin");
  });

  it("lists no databases where no engine connects to them", async () => {
    const rows = builtInRows({ aws: () => Promise.reject(new Error("there is no AWS here")) });
    const plain = await makeServer({ rows: rows.filter(({ type }) => type !== "database") });

    const { data } = await plain.call("GET", "sys/plugins/catalog");

    expect(data["database"]).toEqual([]);
    await plain.dynamo.close();
  });
});

describe("sys/metrics", () => {
  it("counts audit lines for Prometheus", async () => {
    const { text, headers } = await server.call("GET", "sys/metrics?format=prometheus");

    expect(headers["content-type"]).toContain("text/plain");
    expect(text).toMatch(/^vault_audit_log_request \d+$/m);
  });
});
