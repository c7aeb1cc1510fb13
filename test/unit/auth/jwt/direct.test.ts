import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, type BrowserWorld, createBrowserWorld, EXPIRED, errorsOf, resetBrowser } from "./support.ts";

let world: BrowserWorld;
beforeAll(async () => {
  world = await createBrowserWorld();
});
afterAll(() => world.close());

describe("V80: a direct callback", () => {
  const DIRECT = { callback_mode: "direct", poll_interval: 2, token_policies: ["p"] };
  const poll = (state: string, client_nonce = "nonce", more: object = {}) =>
    world.server.call("POST", "auth/oidc/oidc/poll", { token: null, body: { state, client_nonce }, ...more });
  const begin = async (login = "alice") => {
    await resetBrowser(world, DIRECT);
    const visit = await world.visit(login, { client_nonce: "nonce" });
    return { ...visit, user_code: String(visit.begun["user_code"]) };
  };
  const PENDING = ["authorization_pending"];

  it("counts once the person has typed the code that the waiting client shows", async () => {
    const { state, code, user_code, begun } = await begin();
    expect(begun).toMatchObject({ state, poll_interval: "2", user_code: expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/) });
    expect(errorsOf(await poll(state))).toEqual(PENDING);

    const asked = await world.callback({ state, code });
    expect([asked.status, asked.text]).toEqual([200, expect.stringContaining("127.0.0.1")]);
    expect(asked.text).not.toContain(user_code);
    expect(errorsOf(await poll(state))).toEqual(PENDING);
    expect(world.provider.seen).not.toContain("POST /token authorization");

    const done = await world.callback({ state, code, user_code: ` ${user_code.toLowerCase().replace("-", " ")} ` });
    expect([done.status, done.text]).toEqual([200, expect.stringContaining("Logged in")]);
    expect(authOf(await poll(state))).toMatchObject({ token_policies: ["default", "p"], metadata: { role: "web" } });
    expect(errorsOf(await poll(state))).toEqual(EXPIRED);
  });

  it("counts for nobody without the browser's code, whatever is known of the login", async () => {
    const { state, user_code } = await begin();
    for (const query of [
      { state, user_code },
      { state, user_code, code: "" },
      { state, user_code, code: "no_code" },
    ])
      expect((await world.callback(query)).status).toBe(400);
    expect(errorsOf(await poll(state))).toEqual(EXPIRED);
  });

  it("ends after three wrong codes, also when they are tried at once", async () => {
    const { state, code, user_code } = await begin();
    await Promise.all(
      ["AAAA", "BBBB", "CCCC", "DDDD"].map((wrong) => world.callback({ state, code, user_code: wrong })),
    );
    expect((await world.callback({ state, code, user_code })).status).toBe(400);
    expect(errorsOf(await poll(state))).toEqual(EXPIRED);
    expect(world.provider.seen).not.toContain("POST /token authorization");
  });

  it("is exchanged once, also when it is confirmed twice at once", async () => {
    const { state, code, user_code } = await begin();
    await Promise.all([1, 2].map(() => world.callback({ state, code, user_code })));
    expect(world.provider.seen.filter((line) => line.startsWith("POST /token"))).toHaveLength(1);
  });

  it("is for the client that began it, at an address the role allows", async () => {
    const { state, code, user_code } = await begin();
    await world.callback({ state, code, user_code });
    expect(errorsOf(await poll(state, "other"))).toEqual(["invalid client_nonce"]);
    await world.write("auth/oidc/role/web", { token_bound_cidrs: ["10.0.0.0/8"] });
    expect((await poll(state, "nonce", { sourceAddress: "192.0.2.1" })).status).toBe(403);
    expect((await poll(state, "nonce", { sourceAddress: "10.1.2.3" })).status).toBe(200);
  });

  it("of a person whom the role does not accept shows why, and the client hears that it is over", async () => {
    await resetBrowser(world, { ...DIRECT, bound_claims: { email: "alice@golden.test" } });
    const { state, code, begun } = await world.visit("bob", { client_nonce: "nonce" });
    const answer = await world.callback({ state, code, user_code: String(begun["user_code"]) });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("does not match any associated bound")]);
    expect(errorsOf(await poll(state))).toEqual(EXPIRED);
  });

  it("needs a client nonce", async () => {
    await resetBrowser(world, DIRECT);
    expect(errorsOf(await world.authUrl())).toEqual(["missing client_nonce"]);
  });

  it("shows everything that comes from outside as text", async () => {
    const { state } = await begin();
    const hostile = '"><img src=x onerror=alert(1)>';
    const pages = [
      await world.callback({ state, code: hostile }),
      await world.callback({ state, code: hostile, user_code: hostile }),
      await world.callback({ state, error: hostile, error_description: hostile }),
    ];
    expect(pages[0]?.text).toContain('value="&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"');
    for (const { text, headers } of pages) {
      expect(text).not.toContain("<img");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    }
  });
});
