import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Directory } from "../../../../src/auth/aws/ports.ts";
import { builtInRows } from "../../../../src/catalog.ts";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { type Answered, makeServer, type TestServer } from "../../../support/make-server.ts";
import { createTestClock } from "../../../support/storage.ts";
import { goodHeaders, loginBody, OWN, session, stsSays } from "../../auth/aws/support.ts";

/** S17: a signed request is good for those who send it together, and for nobody after them. */

const START = Date.UTC(2030, 0, 1);
const USED = "login request has already been used";
const directory: Directory = {
  ownAccount: async () => OWN,
  role: async () => undefined,
  user: async () => undefined,
  instanceProfile: async () => undefined,
  instance: async () => undefined,
  managedInstance: async () => undefined,
  managedInstanceTags: async () => [],
};
const ROLE = { bound_iam_principal_arn: `arn:aws:iam::${OWN}:role/app`, token_policies: "default" };

let server: TestServer;
let killer: Killer;
beforeEach(async () => {
  killer = createKiller();
  server = await makeServer({
    clock: createTestClock(START),
    crash: killer.crash,
    rows: builtInRows({
      aws: () => ({ sts: async () => stsSays(session("app", "box")), directory, region: "us-east-1" }),
    }),
  });
  for (const mount of ["aws", "strict"]) {
    await server.call("POST", `sys/auth/${mount}`, { body: { type: "aws" } });
    for (const role of ["app", "batch", "other"]) {
      const body = { ...ROLE, resolve_aws_unique_ids: false, token_type: role === "batch" ? "batch" : "service" };
      await server.call("POST", `auth/${mount}/role/${role}`, { body });
    }
  }
  await server.call("POST", "auth/strict/config/client", { body: { replay_window: 0 } });
});
afterEach(() => server.dynamo.close());

/** One signed request; whoever sends it may name any role. */
const signed = () => {
  const headers = goodHeaders("us-east-1", server.clock.now());
  return (role: string, mount = "aws"): Promise<Answered> =>
    server.call("POST", `auth/${mount}/login`, { token: null, body: loginBody({ role, headers }) });
};
const isRefused = (answer: Answered): void => {
  expect(answer).toMatchObject({ status: 400, body: { errors: [USED] } });
  expect(answer.headers["retry-after"]).toBe("1");
};
const tokens = async (): Promise<number> => {
  const { data } = await server.call("LIST", "auth/token/accessors");
  return (data["keys"] as string[]).length;
};

describe("S17 within the window", () => {
  it("lets two honest callers in who sign in one second", async () => {
    const send = signed();
    const answers = await Promise.all([send("app"), send("app")]);

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const ids = answers.map(({ body }) => (body["auth"] as { client_token: string }).client_token);
    expect(new Set(ids).size).toBe(2);
  });

  it("lets one principal into two roles in one second, service and batch", async () => {
    const send = signed();
    for (const role of ["app", "other", "batch"]) expect((await send(role)).status).toBe(200);
  });

  it("lets fifty workers in at once, and refuses the next one afterwards", async () => {
    const send = signed();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => send(index % 2 ? "app" : "batch")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));

    server.clock.advance(5000);
    isRefused(await send("app"));
  });

  it("counts from the first use, to the millisecond, and a later use moves nothing", async () => {
    const send = signed();
    for (const wait of [0, 2000, 2000, 999]) {
      server.clock.advance(wait);
      expect((await send("app")).status).toBe(200);
    }
    server.clock.advance(1);
    isRefused(await send("app"));
  });

  it("lets a caller try again whose answer was lost with the process, before or after the token was made", async () => {
    for (const when of ["before", "after"] as const) {
      const send = signed();
      killer.kill("login.token", when);
      expect((await send("app")).status).toBe(500);
      expect((await send("app")).status).toBe(200);
      server.clock.advance(5000);
      isRefused(await send("app"));
    }
  });
});

describe("S17 after the window", () => {
  it("refuses for as long as the signature could still be valid, at every mount and role", async () => {
    const send = signed();
    await send("app");
    for (const wait of [5000, 60_000, 300_000, 234_000]) {
      server.clock.advance(wait);
      for (const [role, mount] of [
        ["app", "aws"],
        ["other", "aws"],
        ["batch", "aws"],
        ["app", "strict"],
      ] as const) {
        isRefused(await send(role, mount));
      }
    }
    server.clock.advance(2000);
    const old = await send("app");
    expect(old.body["errors"]).toEqual([expect.stringMatching(/too old or too new/)]);
  });

  it("refuses a request dated ahead for as long as that one is valid", async () => {
    const headers = goodHeaders("us-east-1", server.clock.now() + 4 * 60_000);
    const send = () =>
      server.call("POST", "auth/aws/login", { token: null, body: loginBody({ role: "app", headers }) });
    expect((await send()).status).toBe(200);
    server.clock.advance(14 * 60_000 - 1000);
    isRefused(await send());
    // The table may remove what was spent only when the date alone refuses the request.
    await server.dynamo.expire();
    isRefused(await send());
    server.clock.advance(2000);
    expect((await send()).body["errors"]).toEqual([expect.stringMatching(/too old or too new/)]);
  });

  it("makes no token, changes nothing, and is in the audit log and metrics with its reason", async () => {
    const send = signed();
    await send("app");
    server.clock.advance(5000);
    const before = await tokens();
    server.auditLines.length = 0;
    isRefused(await send("batch"));

    expect(await tokens()).toBe(before);
    expect(server.events).toContainEqual({ kind: "login-replayed" });
    const line = server.auditLines.find((one) => one.includes('"response"')) ?? "";
    expect(line).toContain("its replay window is over");
    isRefused(await send("app"));
  });

  it("does not let a request be spent by a login that failed otherwise", async () => {
    const send = signed();
    expect((await send("nobody")).status).toBe(400);
    server.clock.advance(10_000);
    expect((await send("app")).status).toBe(200);
  });
});

describe("S17 the switch", () => {
  it("takes a request strictly once with 0, whoever was first and where", async () => {
    const [first, second] = [signed(), signed()];
    expect((await first("app", "strict")).status).toBe(200);
    isRefused(await first("app", "strict"));
    isRefused(await first("app", "aws"));
    expect((await second("app", "aws")).status).toBe(200);
    isRefused(await second("app", "strict"));
    expect((await second("app", "aws")).status).toBe(200);
  });

  it("gives one of fifty a token with 0", async () => {
    const send = signed();
    const answers = await Promise.all(Array.from({ length: 50 }, () => send("app", "strict")));
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(49);
    refused.forEach(isRefused);
  });

  it("keeps the window of the first use when the setting changes", async () => {
    const send = signed();
    await server.call("POST", "auth/aws/config/client", { body: { replay_window: "2s" } });
    await send("app");
    await server.call("POST", "auth/aws/config/client", { body: { replay_window: "60s" } });
    server.clock.advance(2000);
    isRefused(await send("app"));
  });

  it.each([
    [60, 204],
    ["1m", 204],
    ["0", 204],
    [61, 400],
    ["2h", 400],
    [-1, 400],
    ["-5s", 400],
    ["soon", 400],
  ])("takes %s as a window: %i", async (replay_window, status) => {
    const answer = await server.call("POST", "auth/aws/config/client", { body: { replay_window } });
    expect(answer.status).toBe(status);
  });

  it("is 5 seconds until it is set, in configurations written before it was there too", async () => {
    await server.call("POST", "auth/aws/config/client", { body: { max_retries: 1 } });
    expect((await server.call("GET", "auth/aws/config/client")).data["replay_window"]).toBe(5);
  });
});
