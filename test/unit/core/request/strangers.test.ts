import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { inVaultsFormat } from "../../../support/audit-log.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

/** V69: what a caller nobody knows makes the server do, counted: bytes and hashes of the audit log. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer();
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "sys/mounts/s", { body: { type: "kv" } });
});
afterAll(() => server.dynamo.close());

const LOGIN = "auth/userpass/login/nobody";
let from = 0;
beforeEach(() => {
  from = server.auditLines.length;
});

const written = () => server.auditLines.slice(from).join("\n");
/** Of the lines as they are written: what is put back when they are expanded costs nobody a hash. */
const hashes = () => written().split(/"#[\w-]{43}"/).length - 1;

const numbers = (count: number) => ({ password: "x", a: Array.from({ length: count }, () => 1) });
const texts = (count: number) => ({ password: "x", a: Array.from({ length: count }, () => "t") });
const flags = (count: number) => ({ password: "x", a: Array.from({ length: count }, () => true) });

describe("V69: a request nobody vouches for", () => {
  it.each([
    ["numbers", numbers(99_000)],
    ["texts", texts(15_000)],
    ["booleans", flags(99_000)],
    ["nulls", { a: Array.from({ length: 99_000 }, () => null) }],
  ])("of very many %s is not parsed, whatever token it shows", async (_what, body) => {
    const size = JSON.stringify(body).length;
    for (const token of [null, "hvs.invented", "s.invented"]) {
      from = server.auditLines.length;
      const login = await server.call("POST", LOGIN, { token, body });
      const write = await server.call("POST", "s/a", { token, body });
      expect([login.status, write.status]).toEqual([400, token === null ? 400 : 403]);
      expect(hashes()).toBeLessThanOrEqual(12);
      expect(written().length).toBeLessThan(size / 10 + 8000);
    }
  });

  it("of as much as it may hold costs one hash for its data, not one for each value", async () => {
    const body = numbers(990);
    await server.call("POST", LOGIN, { token: null, body });
    expect(hashes()).toBeLessThanOrEqual(4);
    expect(written().length).toBeLessThan(2 * JSON.stringify(body).length);
    expect(written()).toMatch(/"omitted":"#[\w-]{43}"/);
  });

  it("of ordinary size is shown leaf by leaf", async () => {
    await server.call("POST", LOGIN, { token: null, body: { password: "x", other: "y" } });
    const [line] = inVaultsFormat(server.auditLines.slice(from));
    expect(line).toContain('"data":{"password":"hmac-sha256:');
  });

  it("may send what a caller may once its token is known", async () => {
    expect((await server.call("POST", "s/big", { body: numbers(20_000) })).status).toBe(204);
    expect((await server.call("GET", "s/big")).data["a"]).toHaveLength(20_000);
  });

  it("is refused by a caller's limits after its token is known, and recorded", async () => {
    expect((await server.call("POST", "s/big", { body: numbers(100_001) })).status).toBe(400);
    expect(written()).toContain("exceeded maximum number of values");
  });

  it("has nothing read of a mount without a token, whatever path it names", async () => {
    await server.call("POST", "s/there", { body: { a: 1 } });
    const keys = async (token?: null) => {
      const calls = server.table.calls.length;
      await server.call("GET", "s/there", { ...(token === null && { token }) });
      return JSON.stringify(server.table.calls.slice(calls)).match(/"(?:data|rec|list)#kv:/g) ?? [];
    };
    expect(await keys()).toHaveLength(1);
    expect(await keys(null)).toEqual([]);
  });
});
