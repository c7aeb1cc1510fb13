import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ApiAnswer, ApiRequest, WorkerState } from "../../../../ui/protocol.ts";
import { createSession, GONE, type WorkerSession } from "../../../../ui/worker/session.ts";

const TOKEN = "hvs.of-the-session-x8Kq2mZr";
const MINUTE = 60_000;

let now: number;
let tabs: number;
let sent: string[];
let bodies: string[];
let answers: Map<string, ApiAnswer>;
/** Answers of these paths wait. */
let later: Map<string, Promise<void>>;
/** What happens while the server thinks about a request of this path. */
let meanwhile: Map<string, () => void>;
let told: WorkerState[];
let session: WorkerSession;

const json = (body: object, status = 200): ApiAnswer => ({ status, body: JSON.stringify(body) });
const login = (more: object = {}): ApiAnswer =>
  json({ auth: { client_token: TOKEN, lease_duration: 3600, renewable: true, ...more } });
const LOGIN: ApiRequest = { method: "POST", path: "auth/userpass/login/alias", body: "{}", as: "none" };

beforeEach(() => {
  [now, tabs, sent, bodies, told] = [1_000_000, 1, [], [], []];
  [meanwhile, later] = [new Map(), new Map()];
  answers = new Map([
    ["auth/userpass/login/alias", login()],
    ["auth/token/revoke-self", { status: 204, body: "" }],
  ]);
  session = createSession({
    now: () => now,
    send: async ({ method, path, body = "" }, token) => {
      bodies.push(body);
      sent.push([method, path, ...(token === undefined ? [] : [`as ${token}`])].join(" "));
      meanwhile.get(path)?.();
      await later.get(path);
      return answers.get(path) ?? json({ data: {} });
    },
    tell: (state) => told.push(state),
    tabs: () => tabs,
    nonce: () => "a-nonce",
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const signIn = () => session.attempt({ how: "login", request: LOGIN });
const pass = async (ms: number, { active = false } = {}): Promise<void> => {
  const until = now + ms;
  while (now < until) {
    now += 1000;
    if (active) session.active();
    session.tick();
  }
  await settled();
};
const standing = () => session.state().standing;
const revoked = () => sent.filter((line) => line.includes("revoke-self"));

describe("a sign-in", () => {
  it("keeps the token, and answers without it", async () => {
    const { answer, signedIn } = await signIn();

    expect(signedIn).toBe(true);
    expect(answer.body).not.toContain(TOKEN);
    expect(standing()).toEqual({ signedIn: true, ours: true });
    expect(told.at(-1)?.serial).toBe(1);
  });

  it("that waits for a second factor signs nobody in", async () => {
    answers.set(LOGIN.path, login({ client_token: "", mfa_requirement: { mfa_request_id: "r" } }));

    expect(await signIn()).toMatchObject({ signedIn: false });
  });

  it("with a token of few uses needs a word", async () => {
    answers.set("auth/token/lookup-self", json({ data: { id: TOKEN, num_uses: 3, ttl: 60 } }));
    const asked = await session.attempt({ how: "token", token: TOKEN, spend: false });

    expect(asked.signedIn).toBe(false);
    expect(asked.answer.body).not.toContain(TOKEN);
    expect(await session.attempt({ how: "token", token: TOKEN, spend: true })).toMatchObject({ signedIn: true });
    expect(standing()).toEqual({ signedIn: true, ours: false });
  });

  it("of somebody else revokes the token before it", async () => {
    await signIn();
    answers.set(LOGIN.path, login({ client_token: "hvs.another" }));
    await signIn();

    expect(revoked()).toEqual([`POST auth/token/revoke-self as ${TOKEN}`]);
  });
});

describe("a sign-in that is under way when somebody signs out", () => {
  it("signs nobody in, and its token is revoked", async () => {
    meanwhile.set(LOGIN.path, () => void session.signOut());
    const { answer, signedIn } = await signIn();

    expect(signedIn).toBe(false);
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
    expect(standing()).toEqual({ signedIn: false, why: "out" });
    expect(revoked()).toEqual([`POST auth/token/revoke-self as ${TOKEN}`]);
  });

  it("by a token is forgotten", async () => {
    answers.set("auth/token/lookup-self", json({ data: { id: TOKEN, ttl: 60 } }));
    meanwhile.set("auth/token/lookup-self", () => session.lock());

    expect(await session.attempt({ how: "token", token: TOKEN, spend: false })).toMatchObject({ signedIn: false });
    expect(standing()).toEqual({ signedIn: false, why: "locked" });
  });
});

describe("(S52) a script in a tab that wants the token", () => {
  it.each([
    "auth/token/lookup-self",
    "auth/token/lookup",
    "auth/token/renew-self",
    "auth/token/renew",
    "/auth//token///lookup-self/",
  ])("cannot have %s wrapped, to open it elsewhere or after a lock", async (path) => {
    await signIn();
    sent = [];

    expect(await session.call({ method: "POST", path, wrapTtl: "1h" })).toMatchObject({ status: 400 });
    expect(sent).toEqual([]);
  });

  it("can have tokens of its making wrapped", async () => {
    await signIn();

    expect(await session.call({ method: "POST", path: "auth/token/create", wrapTtl: "1h" })).toMatchObject({
      status: 200,
    });
  });

  it.each<[string, object]>([
    ["what a lookup says", { data: { id: TOKEN } }],
    ["a login", { auth: { client_token: TOKEN }, data: { id: TOKEN } }],
    ["anything else", { data: { kept: TOKEN } }],
  ])("does not get it by signing in with a wrapped answer: %s", async (_, body) => {
    await signIn();
    answers.set("sys/wrapping/unwrap", json(body));

    expect((await session.attempt({ how: "unwrap", token: "hvs.wrapping" })).answer.body).toBe("");
  });

  it("does not get it out of the middle of a text", async () => {
    await signIn();
    answers.set("x", json({ errors: [`the token "${TOKEN}" is bad`] }, 400));

    expect((await session.call({ method: "GET", path: "x" })).body).not.toContain(TOKEN);
  });
});

describe("an answer that comes when its session is over", () => {
  const READ: ApiRequest = { method: "GET", path: "secret/data/db" };
  const value = json({ data: { data: { password: "p-x8Kq2mZr" } } });

  it.each<[string, () => void]>([
    ["locked", () => session.lock()],
    ["signed out", () => void session.signOut()],
  ])("because somebody %s is told to nobody", async (_, leave) => {
    await signIn();
    answers.set(READ.path, value);
    meanwhile.set(READ.path, leave);

    expect(await session.call(READ)).toMatchObject({ status: 401, ended: true });
  });

  it("because somebody else signed in is told to nobody", async () => {
    await signIn();
    answers.set(READ.path, value);
    answers.set("auth/token/lookup-self", json({ data: { id: "hvs.of-another", ttl: 60 } }));
    let answered = (): void => undefined;
    later.set(READ.path, new Promise<void>((resolve) => (answered = resolve)));
    const asked = session.call(READ);
    await session.attempt({ how: "token", token: "hvs.of-another", spend: false });
    answered();

    expect(await asked).toMatchObject({ status: 401, ended: true });
    expect(standing()).toEqual({ signedIn: true, ours: false });
  });

  it("is told when the token was only renewed", async () => {
    answers.set("auth/token/renew-self", login());
    answers.set(READ.path, value);
    await signIn();
    await pass(29 * MINUTE, { active: true });
    let answered = (): void => undefined;
    later.set(READ.path, new Promise<void>((resolve) => (answered = resolve)));
    const asked = session.call(READ);
    await pass(2 * MINUTE, { active: true });
    answered();

    expect(session.state().renewals).toBe(1);
    expect((await asked).body).toBe(value.body);
  });
});

describe("a call", () => {
  it("has the session's token, a given one, or none", async () => {
    await signIn();
    sent = [];
    await session.call({ method: "GET", path: "secret/data/db" });
    await session.call({ method: "POST", path: "sys/wrapping/unwrap", as: { token: "hvs.given" } });
    await session.call({ method: "POST", path: "sys/wrapping/lookup", as: "none" });

    expect(sent).toEqual([
      `GET secret/data/db as ${TOKEN}`,
      "POST sys/wrapping/unwrap as hvs.given",
      "POST sys/wrapping/lookup",
    ]);
  });

  it("is not sent where nobody is signed in, but for what anybody may see", async () => {
    expect(await session.call({ method: "GET", path: "auth/token/lookup-self" })).toMatchObject({
      status: 401,
      ended: true,
    });
    await session.call({ method: "GET", path: "sys/internal/ui/mounts" });
    expect(sent).toEqual(["GET sys/internal/ui/mounts"]);
  });

  it("never answers the session's token, wherever it stands", async () => {
    await signIn();
    answers.set("cubbyhole/x", json({ data: { kept: TOKEN, big: "1" } }));

    expect((await session.call({ method: "GET", path: "cubbyhole/x" })).body).toBe('{"data":{"kept":"","big":"1"}}');
  });

  it("that hears of an invalid token asks whether it is the session's", async () => {
    await signIn();
    const refused = json({ errors: ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"] }, 403);
    answers.set("auth/token/lookup", refused);

    expect(await session.call({ method: "POST", path: "auth/token/lookup" })).toMatchObject({ ended: false });
    expect(standing()).toMatchObject({ signedIn: true });

    answers.set("auth/token/lookup-self", refused);
    expect(await session.call({ method: "POST", path: "auth/token/lookup" })).toMatchObject({ ended: true });
    expect(standing()).toEqual({ signedIn: false, why: "ended" });
    expect(revoked()).toEqual([]);
  });
});

describe("time", () => {
  it("without a key or a pointer warns a minute before it locks", async () => {
    await signIn();
    await pass(9 * MINUTE - 1000);
    expect(session.state().locksAt).toBeUndefined();
    await pass(1000);
    expect(session.state().locksAt).toBe(now + MINUTE);

    await pass(MINUTE);
    expect(standing()).toEqual({ signedIn: false, why: "locked" });
    expect(revoked()).toEqual([`POST auth/token/revoke-self as ${TOKEN}`]);
  });

  it("stops for whoever stays; a moved pointer does not answer the question", async () => {
    await signIn();
    await pass(9 * MINUTE);
    session.active();
    expect(session.state().locksAt).toBeDefined();

    session.stay();
    expect(session.state().locksAt).toBeUndefined();
    await pass(9 * MINUTE - 1000);
    expect(standing()).toMatchObject({ signedIn: true });
  });

  it("that a machine slept through locks at once", async () => {
    await signIn();
    now += 8 * 60 * MINUTE;
    session.tick();

    expect(standing()).toEqual({ signedIn: false, why: "locked" });
  });

  it.each<[string, () => unknown]>([
    ["a moved pointer", () => session.active()],
    ["Stay", () => session.stay()],
    ["a call", () => session.call({ method: "GET", path: "secret/data/db" })],
  ])("that a machine slept through is not undone by %s that comes before the tick", async (_, wake) => {
    await signIn();
    sent = [];
    now += 8 * 60 * MINUTE;
    await wake();

    expect(standing()).toEqual({ signedIn: false, why: "locked" });
    expect(sent).toEqual(revoked());
  });

  it("goes on where a clock is put back", async () => {
    await signIn();
    await pass(9 * MINUTE);
    now -= 2 * 60 * MINUTE;
    session.tick();
    expect(session.state().locksAt).toBe(now + MINUTE);

    await pass(MINUTE);
    expect(standing()).toEqual({ signedIn: false, why: "locked" });
  });

  it("until it locks is one person's choice, and ends with the sign-out", async () => {
    const loginOf = (entity_id: string): void => void answers.set(LOGIN.path, login({ entity_id }));
    loginOf("e-ada");
    await signIn();
    session.setIdle(60);
    session.lock();
    await signIn();
    expect(session.state().idleMinutes).toBe(60);

    session.lock();
    loginOf("e-bob");
    await signIn();
    expect(session.state().idleMinutes).toBe(10);

    session.setIdle(60);
    await session.signOut();
    expect(session.state().idleMinutes).toBe(10);
  });

  it.each([
    [0, 1],
    [Number.NaN, 1],
    [5, 5],
    [90, 60],
  ])("of %d minutes is %d", (wanted, got) => {
    session.setIdle(wanted);
    expect(session.state().idleMinutes).toBe(got);
  });

  it("without a tab ends the session after fifteen seconds, and not before", async () => {
    await signIn();
    tabs = 0;
    await pass(GONE - 1000);
    tabs = 1;
    await pass(1000);
    tabs = 0;
    await pass(GONE);
    expect(standing()).toMatchObject({ signedIn: true });

    await pass(1000);
    expect(standing()).toEqual({ signedIn: false, why: "out" });
    expect(revoked()).toHaveLength(1);
  });

  it("renews at half of the TTL while somebody is active", async () => {
    answers.set("auth/token/renew-self", login());
    await signIn();
    await pass(29 * MINUTE, { active: true });
    expect(session.state().renewals).toBe(0);

    await pass(2 * MINUTE, { active: true });
    expect(session.state().renewals).toBe(1);
    await pass(28 * MINUTE, { active: true });
    expect(session.state().renewals).toBe(1);
    await pass(2 * MINUTE, { active: true });
    expect(session.state().renewals).toBe(2);
  });

  it("forgets a pasted token, and leaves it alive", async () => {
    answers.set("auth/token/lookup-self", json({ data: { ttl: 0 } }));
    await session.attempt({ how: "token", token: TOKEN, spend: false });
    session.lock();
    await settled();

    expect(standing()).toEqual({ signedIn: false, why: "locked" });
    expect(revoked()).toEqual([]);
  });
});

describe("a token that could not be revoked", () => {
  it("is tried again, for a minute", async () => {
    await signIn();
    answers.set("auth/token/revoke-self", { status: 0, body: "" });
    session.lock();
    await settled();
    for (let times = 0; times < 30; times += 1) await pass(5000);

    expect(revoked()).toHaveLength(12);
  });

  it("is not tried again once it worked", async () => {
    await signIn();
    answers.set("auth/token/revoke-self", { status: 503, body: "" });
    session.lock();
    await settled();
    answers.set("auth/token/revoke-self", { status: 204, body: "" });
    for (let times = 0; times < 5; times += 1) await pass(5000);

    expect(revoked()).toHaveLength(2);
  });
});

describe("a login at another site", () => {
  const away = { mount: "sso", role: "", redirectUri: "https://zeroth.test/cb", backTo: "/ui/me" };
  const begin = async (state: string): Promise<void> => {
    answers.set("auth/sso/oidc/auth_url", json({ data: { auth_url: `https://provider.test/?state=${state}` } }));
    await session.attempt({ how: "redirect", away });
  };

  it("ends where it was begun, once", async () => {
    answers.set("auth/sso/oidc/callback", login());
    await begin("st_1");
    const back = { how: "callback", mount: "sso", query: { state: "st_1", code: "c" } } as const;

    expect(await session.attempt(back)).toMatchObject({ signedIn: true, backTo: "/ui/me" });
    expect(await session.attempt(back)).toMatchObject({ signedIn: false, answer: { status: 410 } });
  });

  it.each([
    ["another state", "sso", "st_2"],
    ["another mount", "other", "st_1"],
    ["no state", "sso", ""],
  ])("is not ended by %s, and the server is not asked", async (_, mount, state) => {
    await begin("st_1");
    sent = [];

    expect(await session.attempt({ how: "callback", mount, query: { state, code: "c" } })).toMatchObject({
      answer: { status: 410 },
    });
    expect(sent).toEqual([]);
  });

  it("that ends at the server is asked for with its own secret, until it is done", async () => {
    answers.set("auth/sso/oidc/poll", json({ errors: ["authorization_pending"] }, 400));
    await begin("st_1");
    sent = [];
    const look = { how: "poll", state: "st_1" } as const;

    expect(await session.attempt(look)).toMatchObject({ signedIn: false, answer: { status: 400 } });
    answers.set("auth/sso/oidc/poll", login());
    expect(await session.attempt(look)).toMatchObject({ signedIn: true });
    expect(await session.attempt(look)).toMatchObject({ signedIn: false, answer: { status: 410 } });
    expect(sent).toEqual(Array(2).fill("POST auth/sso/oidc/poll"));
    expect(bodies.at(-1)).toBe('{"state":"st_1","client_nonce":"a-nonce"}');
  });

  it("is one of twenty; the next takes the place of the oldest, and ending one that of none", async () => {
    answers.set("auth/sso/oidc/callback", login());
    const end = async (state: string): Promise<number> =>
      (await session.attempt({ how: "callback", mount: "sso", query: { state, code: "c" } })).answer.status;
    for (let count = 1; count <= 20; count += 1) await begin(`st_${count}`);
    expect(await end("st_unknown")).toBe(410);
    expect(await end("st_1")).toBe(200);

    for (let count = 21; count <= 22; count += 1) await begin(`st_${count}`);
    expect(await end("st_2")).toBe(410);
    expect(await end("st_3")).toBe(200);
  });

  it("is forgotten after a quarter of an hour", async () => {
    await begin("st_1");
    now += 15 * MINUTE;

    expect(await session.attempt({ how: "callback", mount: "sso", query: { state: "st_1" } })).toMatchObject({
      answer: { status: 410 },
    });
  });
});
