import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

let server: TestServer;
let killer: Killer;
beforeAll(async () => {
  killer = createKiller();
  server = await makeServer({ crash: killer.crash });
});
afterAll(() => server.dynamo.close());

const made = async (body: object, token?: string): Promise<string> => {
  const answer = await server.call("POST", "auth/token/create", { body, ...(token === undefined ? {} : { token }) });
  return (answer.body["auth"] as { client_token: string }).client_token;
};
const lives = async (token: string): Promise<boolean> =>
  (await server.call("GET", "auth/token/lookup-self", { token })).status === 200;
const accessors = async (): Promise<number> => {
  const { data } = await server.call("LIST", "auth/token/accessors");
  return (data["keys"] as string[]).length;
};

describe("unwrapping, killed", () => {
  const wrapped = async (): Promise<string> => {
    const answer = await server.call("POST", "sys/wrapping/wrap", {
      body: { a: 1 },
      headers: { "X-Vault-Wrap-TTL": "60" },
    });
    return (answer.body["wrap_info"] as { token: string }).token;
  };

  it("before the answer is taken loses nothing", async () => {
    const token = await wrapped();
    killer.kill("unwrap.take", "before");
    expect((await server.call("POST", "sys/wrapping/unwrap", { token })).status).toBe(500);

    expect((await server.call("POST", "sys/wrapping/unwrap", { token })).data).toEqual({ a: 1 });
  });

  it("after the answer was taken never gives it a second time", async () => {
    const token = await wrapped();
    killer.kill("unwrap.take", "after");
    await server.call("POST", "sys/wrapping/unwrap", { token });

    expect((await server.call("POST", "sys/wrapping/unwrap", { token })).status).toBe(400);
  });
});

describe("revoking a token, killed", () => {
  const steps = ["mark", "leases", "children", "cubbyhole", "item"];
  const places = steps.flatMap((step) => (["before", "after"] as const).map((when) => ({ step, when })));

  it.each(places)("$when its step $step leaves nothing alive and nothing behind", async ({ step, when }) => {
    const before = await accessors();
    const parent = await made({ policies: ["root"], ttl: "1h" });
    const child = await made({ ttl: "1h" }, parent);
    await server.call("POST", "cubbyhole/mine", { token: parent, body: { k: "v" } });
    killer.kill(`token.end.${step}`, when);
    expect((await server.call("POST", "auth/token/revoke", { body: { token: parent } })).status).toBe(500);

    const marked = !(step === "mark" && when === "before");
    expect([await lives(parent), await lives(child)]).toEqual([!marked, !marked]);
    if (!marked) await server.call("POST", "auth/token/revoke", { body: { token: parent } });
    server.clock.advance(2000);
    await server.core.leases.sweep(server.clock.now() + 60_000);

    expect([await lives(parent), await lives(child)]).toEqual([false, false]);
    expect(await accessors()).toBe(before);
  });
});
