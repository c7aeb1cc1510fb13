import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { startAuth } from "../../../../src/agent/auth/index.ts";
import type { Secret } from "../../../../src/client/contract.ts";
import { answer, createScripted, refuse } from "../support/scripted.ts";
import { createWorld } from "../support/world.ts";
import { readConfig } from "./support.ts";

/** A server with tokens that end, and everything that may happen to it and to the machine of the agent. */

const LOGIN = "auth/approle/login";
const MAX_BACKOFF = 30_000;

interface Happening {
  readonly what: "goes down" | "comes up" | "revokes" | "forbids renewals" | "sleeps" | "clock back" | "clock forward";
  /** Milliseconds after the one before. */
  readonly after: number;
  /** Milliseconds, for sleep and clocks. */
  readonly by: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(
    "goes down",
    "comes up",
    "revokes",
    "forbids renewals",
    "sleeps",
    "clock back",
    "clock forward",
  ),
  after: fc.integer({ min: 0, max: 400_000 }),
  by: fc.integer({ min: 1000, max: 10_000_000 }),
});

interface Story {
  readonly ttl: number;
  readonly longest: number;
  readonly renewable: boolean;
  readonly happenings: readonly Happening[];
  readonly chance: number;
}

const play = async ({ ttl, longest, renewable, happenings, chance }: Story) => {
  const world = createWorld({}, chance);
  /** What the steady clock of the agent does not count. */
  let slept = 0;
  const serverNow = (): number => world.now() + slept;
  const tokens = new Map<string, { ends: number; readonly born: number }>();
  const isAlive = (name: string | undefined): boolean => (tokens.get(name ?? "")?.ends ?? 0) > serverNow();
  let down = false;
  let forbids = false;
  let logins = 0;

  const auth = (name: string): Secret => {
    const ends = tokens.get(name)?.ends ?? 0;
    return answer(null, {
      auth: {
        client_token: name,
        accessor: "a",
        policies: [],
        metadata: null,
        lease_duration: Math.floor((ends - serverNow()) / 1000),
        renewable,
      },
    });
  };
  const { client } = createScripted(({ path, token }) => {
    if (down) return refuse(503, "down");
    if (path === LOGIN) {
      logins += 1;
      const name = `token-${logins}`;
      tokens.set(name, { ends: serverNow() + ttl * 1000, born: serverNow() });
      return auth(name);
    }
    const found = tokens.get(token ?? "");
    if (token === undefined || found === undefined || !isAlive(token)) {
      return refuse(403, "permission denied", "invalid token");
    }
    if (path.endsWith("lookup-self")) {
      return answer({ ttl: Math.floor((found.ends - serverNow()) / 1000), renewable, expire_time: "t" });
    }
    if (forbids) return refuse(403, "permission denied");
    found.ends = Math.min(serverNow() + ttl * 1000, found.born + longest * 1000);
    return auth(token);
  });

  const method = { ...readConfig("approle", ""), minBackoff: 1000, maxBackoff: MAX_BACKOFF };
  const part = startAuth({
    autoAuth: { method, sinks: [], reauthOnNewCredentials: false },
    method: { authenticate: async () => ({ kind: "login", path: LOGIN, body: { secret_id: "canary" } }) },
    client,
    surroundings: world.surroundings,
  });
  const happens: Readonly<Record<Happening["what"], (by: number) => void>> = {
    "goes down": () => {
      down = true;
    },
    "comes up": () => {
      down = false;
    },
    revokes: () => tokens.clear(),
    "forbids renewals": () => {
      forbids = true;
    },
    sleeps: (by) => {
      slept += by;
      world.setClock(world.surroundings.clock.now() + by);
    },
    "clock back": (by) => world.setClock(world.surroundings.clock.now() - by),
    "clock forward": (by) => world.setClock(world.surroundings.clock.now() + by),
  };
  for (const { what, after, by } of happenings) {
    await world.pass(after);
    happens[what](by);
  }
  down = false;
  // What nobody can notice before, a token that is not renewed shows when its time has come.
  await world.pass(longest * 1000 + 2 * MAX_BACKOFF + 60_000);
  const before = logins;
  let dead = 0;
  for (let look = 0; look < 40; look += 1) {
    await world.pass(Math.ceil((ttl * 1000) / 13));
    const login = part.current();
    if (!isAlive(login?.kind === "token" ? login.token.reveal() : undefined)) dead += 1;
  }
  const calm = logins - before;
  await part.stop();
  return { dead, calm, timers: world.timers(), log: world.log() };
};

it("has a living token again whatever happened, without asking for more of them than it needs", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        ttl: fc.integer({ min: 60, max: 600 }),
        longest: fc.integer({ min: 600, max: 2000 }),
        renewable: fc.boolean(),
        happenings: fc.array(happening, { maxLength: 8 }),
        chance: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
      async (story) => {
        const { dead, calm, timers, log } = await play(story);
        expect(dead).toBe(0);
        // Forty thirteenths of a life, each token used for two thirds of one at least.
        expect(calm).toBeLessThanOrEqual(5);
        expect(timers).toBe(0);
        expect(log).not.toContain("canary");
        expect(log).not.toMatch(/token-\d/);
      },
    ),
    { numRuns: 25 },
  );
});
