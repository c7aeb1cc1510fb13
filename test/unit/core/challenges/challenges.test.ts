import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Attempt } from "../../../../src/core/challenges/work.ts";
import type { Challenge, ChallengeFailure } from "../../../../src/framework/index.ts";
import { as, type MountId } from "../../../../src/std/brand.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";

const CHALLENGE: Challenge = {
  kind: "http-01",
  identifier: "www.example.com",
  token: "t",
  keyAuthorization: "t.x",
  resolver: "",
};
const WRONG: ChallengeFailure = { type: "incorrectResponse", detail: "http-01: the server answered 404" };
const MOUNT = as<MountId>("pki:00000000");

let server: TestServer;
let answers: (ChallengeFailure | undefined)[];
let attempts: Challenge[];
let die: string | undefined;

const attempt: Attempt = async (challenge) => {
  attempts.push(challenge);
  return answers.shift();
};
const far = () => server.clock.now() + 60_000;
const own = () => server.core.challenges(MOUNT);
const look = async () => (await own().look(["a"]))[0];

beforeEach(async () => {
  [answers, attempts, die] = [[], [], undefined];
  server = await makeServer({
    attempt,
    crash: (name, step) => (die === name ? Promise.reject(new Error("killed")) : step()),
  });
});
afterEach(() => server.dynamo.close());

describe("a challenge", () => {
  it("is open until it was attempted, and then proved", async () => {
    expect(await look()).toBeUndefined();
    await own().ask("a", CHALLENGE);
    expect(await look()).toEqual({ state: "open" });

    expect(await server.core.challengeWork.pass(far())).toEqual({ nextMs: Number.POSITIVE_INFINITY, failed: 0 });

    expect(attempts).toEqual([CHALLENGE]);
    expect(await look()).toEqual({ state: "valid", at: server.clock.now() });
  });
  it("is asked for once: asking again changes nothing, open or decided", async () => {
    await own().ask("a", CHALLENGE);
    await own().ask("a", { ...CHALLENGE, identifier: "evil.example.com" });
    await server.core.challengeWork.pass(far());
    await own().ask("a", { ...CHALLENGE, identifier: "evil.example.com" });
    await server.core.challengeWork.pass(far());
    expect(attempts).toEqual([CHALLENGE]);
  });
  it("of one mount is nothing to another", async () => {
    await own().ask("a", CHALLENGE);
    expect(await server.core.challenges(as<MountId>("pki:11111111")).look(["a"])).toEqual([undefined]);
  });
  it("that fails is tried seven times, 5, 10, … 30 seconds apart, and shows why", async () => {
    answers = Array.from({ length: 7 }, () => WRONG);
    await own().ask("a", CHALLENGE);
    for (const wait of [5, 10, 15, 20, 25, 30]) {
      const began = server.clock.now();
      expect(await server.core.challengeWork.pass(far())).toEqual({ nextMs: began + wait * 1000, failed: 0 });
      expect(await look()).toEqual({ state: "open", failure: WRONG });
      server.clock.advance(wait * 1000 - 1);
      await server.core.challengeWork.pass(far());
      server.clock.advance(1);
    }
    expect(await server.core.challengeWork.pass(far())).toEqual({ nextMs: Number.POSITIVE_INFINITY, failed: 0 });
    expect(attempts).toHaveLength(7);
    expect(await look()).toEqual({ state: "invalid", failure: WRONG });
  });
  it("that fails is due again, whatever is decided later in the same pass", async () => {
    const first = async () => WRONG;
    const second = async () => {
      for (let turn = 0; turn < 50; turn += 1) await new Promise((next) => setImmediate(next));
      return undefined;
    };
    const turns = [first, second];
    const { core, clock, dynamo } = await makeServer({ attempt: () => (turns.shift() ?? second)() });
    for (const id of ["a", "b"]) await core.challenges(MOUNT).ask(id, CHALLENGE);
    expect(await core.challengeWork.pass(clock.now() + 60_000)).toEqual({ nextMs: clock.now() + 5000, failed: 0 });
    await dynamo.close();
  });
  it("is carried out where more are open than are attempted at once", async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `many-${at}`);
    for (const id of ids) await own().ask(id, CHALLENGE);
    await server.core.challengeWork.pass(far());
    expect(attempts).toHaveLength(ids.length);
  });
  it("may be proved at a later attempt", async () => {
    answers = [WRONG, undefined];
    await own().ask("a", CHALLENGE);
    await server.core.challengeWork.pass(far());
    server.clock.advance(5000);
    await server.core.challengeWork.pass(far());
    expect(await look()).toMatchObject({ state: "valid" });
  });
  it("is attempted by one of several at a time", async () => {
    await own().ask("a", CHALLENGE);
    await Promise.all([1, 2, 3, 4].map(() => server.core.challengeWork.pass(far())));
    expect(attempts).toHaveLength(1);
  });
  it.each(["challenge.claim", "challenge.decide"])(
    "is taken up again after the end of a process at %s",
    async (step) => {
      await own().ask("a", CHALLENGE);
      die = step;
      await server.core.challengeWork.pass(far());
      expect(await look()).toEqual({ state: "open" });
      die = undefined;
      server.clock.advance(31_000);
      await server.core.challengeWork.pass(far());
      expect(await look()).toMatchObject({ state: "valid" });
    },
  );
  it("is looked for by the schedule", async () => {
    await own().ask("a", CHALLENGE);
    await server.core.schedule.tick(far());
    expect(await look()).toMatchObject({ state: "valid" });
  });
  it("is looked for in the partitions that are named", async () => {
    await own().ask("a", CHALLENGE);
    await server.core.challengeWork.pass(far(), []);
    expect(attempts).toEqual([]);
  });
});
