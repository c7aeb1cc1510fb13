import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { enrolled, makeWorld, type World } from "../../unit/core/mfa/support.ts";
import { everySchedule, type Schedule } from "./schedules.ts";

/** Logins with a second factor, with another request whole between any two calls that they make to the table. */

let world: World;
/** A request to another process. */
let elsewhere: ReturnType<World["another"]>;
let count = 0;
beforeAll(async () => {
  world = await makeWorld();
  elsewhere = world.another();
});
afterEach(() => world.release());
afterAll(() => world.server.dynamo.close());

type Ann = Awaited<ReturnType<typeof enrolled>>;

const asRoot = (path: string, body: object) => elsewhere(path, body, world.server.root);
const everyWay = (set: (ann: Ann, name: string) => Promise<Schedule>): Promise<void> =>
  everySchedule(world.server.table, async () => {
    // What codes are of has to be told apart, and a process should know nobody yet.
    count += 1;
    const name = `ann-${count}`;
    return set(await enrolled(world, name), name);
  });

/** Both ways to show a code: to a login that waits, and with the login. */
const ways = {
  "a login that waits": async (ann: Ann, name: string) => {
    const id = await world.waiting(ann.path, name);
    return () => world.validate(id, { [ann.method]: [world.code(ann.url)] });
  },
  "a login with its code": async (ann: Ann, name: string) => {
    const headers = { "x-vault-mfa": `${ann.method}:${world.code(ann.url)}` };
    return () => world.login(ann.path, name, {}, { headers });
  },
} as const;

describe.each(Object.entries(ways))("%s", (_name, way) => {
  it("and another with the same code in between: one of both has a token", () =>
    everyWay(async (ann, name) => {
      const request = await way(ann, name);
      const id = await world.waiting(ann.path, name);
      const body = { mfa_request_id: id, mfa_payload: { [ann.method]: [world.code(ann.url)] } };
      return {
        request,
        between: () => elsewhere("sys/mfa/validate", body),
        holds: async (answer, between) => {
          expect([answer.status, between?.status].sort()).toEqual([200, 403]);
        },
      };
    }));

  it("and wrong codes in between, as many as may be tried: is refused unless it was counted before", () =>
    everyWay(async (ann, name) => {
      const request = await way(ann, name);
      const id = await world.waiting(ann.path, name);
      const body = { mfa_request_id: id, mfa_payload: { [ann.method]: [world.wrongCode(ann.url)] } };
      const texts: string[] = [];
      return {
        request,
        between: async () => {
          for (let left = 5; left > 0; left -= 1) texts.push((await elsewhere("sys/mfa/validate", body)).text);
          return { status: 403 };
        },
        holds: async (answer) => {
          // Of all six attempts no more than five were compared.
          const compared = texts.filter((text) => !text.includes("maximum TOTP validation attempts")).length;
          expect(compared).toBe(answer.status === 200 ? 4 : 5);
        },
      };
    }));

  const refusing: readonly (readonly [string, (ann: Ann) => Promise<{ readonly status: number }>])[] = [
    [
      "the key is destroyed",
      ({ method, entity }) =>
        asRoot("identity/mfa/method/totp/admin-destroy", { method_id: method, entity_id: entity }),
    ],
    ["the entity is disabled", ({ entity }) => asRoot(`identity/entity/id/${entity}`, { disabled: true })],
  ];

  it.each(refusing)("while %s: is refused", (_what, change) =>
    everyWay(async (ann, name) => ({
      request: await way(ann, name),
      between: () => change(ann),
      holds: async (answer, between) => {
        expect([answer.status, between?.status]).toEqual([403, 204]);
      },
    })),
  );
});

describe("a login that waits", () => {
  it("and is finished in between with another code: gives one token", () =>
    everyWay(async (ann, name) => {
      const id = await world.waiting(ann.path, name);
      const payload = (steps: number) => ({ [ann.method]: [world.code(ann.url, steps)] });
      const between = { mfa_request_id: id, mfa_payload: payload(1) };
      return {
        request: () => world.validate(id, payload(0)),
        between: () => elsewhere("sys/mfa/validate", between),
        holds: async (answer, second) => {
          expect([answer.status, second?.status]).toEqual([400, 200]);
        },
      };
    }));
});
