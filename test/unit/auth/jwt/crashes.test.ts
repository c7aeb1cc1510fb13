import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { authOf, type BrowserWorld, createBrowserWorld, errorsOf, resetBrowser } from "./support.ts";

/** A login with a browser, killed between its steps: nobody gets in who would not have, and nobody gets in twice. */

let world: BrowserWorld;
let killer: Killer;
beforeAll(async () => {
  killer = createKiller();
  world = await createBrowserWorld({ crash: (name, step) => killer.crash(name, step) });
});
afterAll(() => world.close());
beforeEach(() => {
  killer = createKiller();
});

const EXPIRED = ["Vault login failed. Expired or missing OAuth state."];
const exchanges = () => world.provider.seen.filter((line) => line.startsWith("POST /token")).length;

describe("a client's callback, killed", () => {
  beforeEach(() => resetBrowser(world));

  it("before the login is taken, can be brought again", async () => {
    const { state, code } = await world.visit();
    killer.kill("oidc.take", "before");
    expect((await world.callback({ state, code })).status).toBe(500);
    expect((await world.callback({ state, code })).status).toBe(200);
  });

  it("after it is taken, is over", async () => {
    const { state, code } = await world.visit();
    killer.kill("oidc.take", "after");
    expect((await world.callback({ state, code })).status).toBe(500);
    expect([errorsOf(await world.callback({ state, code })), exchanges()]).toEqual([EXPIRED, 0]);
  });

  it("while the token is made, is over too", async () => {
    const { state, code } = await world.visit();
    killer.kill("login.token", "before");
    expect((await world.callback({ state, code })).status).toBe(500);
    expect(errorsOf(await world.callback({ state, code }))).toEqual(EXPIRED);
  });
});

describe("a direct callback, killed", () => {
  beforeEach(() => resetBrowser(world, { callback_mode: "direct" }));

  const poll = (state: string) =>
    world.server.call("POST", "auth/oidc/oidc/poll", { token: null, body: { state, client_nonce: "n" } });
  const begin = async () => {
    const visit = await world.visit("alice", { client_nonce: "n" });
    return { state: visit.state, code: visit.code, user_code: String(visit.begun["user_code"]) };
  };

  it("before the code is judged, can be confirmed again", async () => {
    const login = await begin();
    killer.kill("oidc.confirm", "before");
    expect((await world.callback(login)).status).toBe(500);
    expect((await world.callback(login)).status).toBe(200);
    expect((await poll(login.state)).status).toBe(200);
  });

  it("after it, lets nobody in and is not exchanged", async () => {
    const login = await begin();
    killer.kill("oidc.confirm", "after");
    expect((await world.callback(login)).status).toBe(500);
    expect((await world.callback(login)).status).toBe(400);
    expect([errorsOf(await poll(login.state)), exchanges()]).toEqual([["authorization_pending"], 0]);
  });

  it("before the outcome is kept, lets nobody in", async () => {
    const login = await begin();
    killer.kill("oidc.outcome", "before");
    expect((await world.callback(login)).status).toBe(500);
    expect((await world.callback(login)).status).toBe(400);
    expect((await poll(login.state)).status).toBe(400);
  });

  it("at the poll, gives one token or none", async () => {
    for (const [when, status] of [
      ["before", 200],
      ["after", 400],
    ] as const) {
      const login = await begin();
      await world.callback(login);
      killer.kill("oidc.poll", when);
      expect((await poll(login.state)).status).toBe(500);
      expect((await poll(login.state)).status).toBe(status);
    }
  });

  it("gives one token to any number of polls at once", async () => {
    const login = await begin();
    await world.callback(login);
    const answers = await Promise.all([1, 2, 3].map(() => poll(login.state)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect(answers.filter((answer) => answer.status === 200).map((answer) => authOf(answer)["metadata"])).toEqual([
      { role: "web" },
    ]);
  });
});
