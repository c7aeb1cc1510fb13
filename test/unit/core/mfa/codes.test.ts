import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, enrolled, errorOf, makeWorld, type World } from "./support.ts";

/** Codes: one spelling, one use, a limited number of guesses. */

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterEach(() => world.release());
afterAll(() => world.server.dynamo.close());

const WRONG = /MFA credentials not supplied or incorrect/;
const PAUSED = /maximum TOTP validation attempts 6 exceeded the allowed attempts 5\. Please try again in (\d+) seconds/;

type Somebody = Awaited<ReturnType<typeof enrolled>>;

/** A login with a code: the text of the refusal, or `in`. */
const tried = async ({ path, method }: Somebody, code: string): Promise<string> => {
  const answer = await world.validate(await world.waiting(path, "ann"), { [method]: [code] });
  return answer.status === 200 ? "in" : String(errorOf(answer)[1]);
};
const wrong = async (ann: Somebody, times: number): Promise<void> => {
  for (let time = 0; time < times; time += 1) await tried(ann, world.wrongCode(ann.url));
};

describe("V43: a code", () => {
  it("has one spelling, before and after it was used", async () => {
    const ann = await enrolled(world, "ann");
    const code = world.code(ann.url);
    const wide = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("");
    const spellings = [` ${code}`, `${code} `, `${code}\n`, `0${code}`, `+${code}`, `${code}.0`, wide, `${code}\u200b`];
    for (const spelling of spellings) expect(await tried(ann, spelling)).toMatch(WRONG);
    expect(await tried(ann, code)).toBe("in");
    for (const spelling of [code, ...spellings]) expect(await tried(ann, spelling)).toMatch(WRONG);
  });

  it("is good once: not for another login, nor in one request, nor by its other name, as long as it lives", async () => {
    const ann = await enrolled(world, "ann", { method_name: "once" });
    const code = world.code(ann.url, 1);
    expect(await tried(ann, code)).toBe("in");
    for (const wait of [0, 29_000, 30_000]) {
      world.server.clock.advance(wait);
      expect(await tried(ann, code)).toMatch(WRONG);
      for (const name of [ann.method, "once"]) {
        const answer = await world.login(ann.path, "ann", {}, { headers: { "X-Vault-MFA": `${name}:${code}` } });
        expect(answer.status).toBe(403);
      }
      await world.server.dynamo.expire();
    }
  });

  it("says the same whether it is wrong, used, or of another time", async () => {
    const ann = await enrolled(world, "ann");
    const code = world.code(ann.url);
    await tried(ann, code);
    const texts = [
      await tried(ann, code),
      await tried(ann, world.wrongCode(ann.url)),
      await tried(ann, world.code(ann.url, 3)),
    ];
    expect(new Set(texts).size).toBe(1);
  });

  it("belongs to its entity and method alone", async () => {
    const ann = await enrolled(world, "ann");
    const other = await world.entity((await world.mount()).path, "bob");
    const urls = [await world.enrol(ann.method, other), await world.enrol(await world.method(), ann.entity)];
    const codesOf = (url: string): readonly string[] => [-1, 0, 1].map((step) => world.code(url, step));
    for (const url of urls) {
      const foreign = codesOf(url).find((code) => !codesOf(ann.url).includes(code));
      expect(await tried(ann, foreign ?? "")).toMatch(WRONG);
    }
  });

  it("makes one token of 24 logins that show it at once, in two processes", async () => {
    const ann = await enrolled(world, "ann", { max_validation_attempts: 1000 });
    const other = world.another();
    const code = world.code(ann.url);
    const before = await world.tokens();
    const ids = await Promise.all(Array.from({ length: 24 }, () => world.waiting(ann.path, "ann")));
    const answers = await Promise.all(
      ids.map(async (id, index) => {
        if (index % 2) return (await world.validate(id, { [ann.method]: [code] })).status;
        const body = { mfa_request_id: id, mfa_payload: { [ann.method]: [code] } };
        return (await other("sys/mfa/validate", body)).status;
      }),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(new Set(answers)).toEqual(new Set([200, 403]));
    expect(await world.tokens()).toBe(before + 1);
  });

  it("finishes one waiting login once, however many ask at once with different codes", async () => {
    const ann = await enrolled(world, "ann", { max_validation_attempts: 1000 });
    const id = await world.waiting(ann.path, "ann");
    const codes = [-1, 0, 1].map((step) => world.code(ann.url, step));
    const answers = await Promise.all(codes.map((code) => world.validate(id, { [ann.method]: [code] })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });
});

describe("attempts", () => {
  it("are limited: after five wrong codes even the right one is refused until the code's time is over", async () => {
    const ann = await enrolled(world, "ann");
    await wrong(ann, 5);
    expect(Number(PAUSED.exec(await tried(ann, world.code(ann.url)))?.[1])).toBe(30);
    world.server.clock.advance(29_000);
    expect(Number(PAUSED.exec(await tried(ann, world.code(ann.url)))?.[1])).toBe(1);
    world.server.clock.advance(1_000);
    expect(await tried(ann, world.code(ann.url))).toBe("in");
  });

  it("pause longer with every five failures, up to a quarter of an hour, until a code is right", async () => {
    const ann = await enrolled(world, "ann");
    const pauses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      await wrong(ann, 5);
      const pause = Number(PAUSED.exec(await tried(ann, world.code(ann.url)))?.[1]);
      pauses.push(pause);
      world.server.clock.advance(pause * 1000);
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900]);
    expect(await tried(ann, world.code(ann.url))).toBe("in");
    world.server.clock.advance(60_000);
    await wrong(ann, 5);
    expect(Number(PAUSED.exec(await tried(ann, world.code(ann.url)))?.[1])).toBe(30);
  });

  it("are counted together whichever way they come in; a text that cannot be a code does not count", async () => {
    const ann = await enrolled(world, "ann");
    for (const text of ["", "12345", "1234567", "abcdef", "12 456"]) await tried(ann, text);
    await wrong(ann, 2);
    const headers = { "X-Vault-MFA": `${ann.method}:${world.wrongCode(ann.url)}` };
    for (let time = 0; time < 2; time += 1) await world.login(ann.path, "ann", {}, { headers });
    await wrong(ann, 1);
    expect(await tried(ann, world.code(ann.url))).toMatch(PAUSED);
  });

  it("start again after a right code", async () => {
    const ann = await enrolled(world, "ann");
    await wrong(ann, 4);
    expect(await tried(ann, world.code(ann.url))).toBe("in");
    await wrong(ann, 4);
    expect(await tried(ann, world.code(ann.url, 1))).toBe("in");
  });

  it("of one entity hold up nobody else", async () => {
    const ann = await enrolled(world, "ann");
    const bob = await world.entity((await world.mount()).path, "bob");
    await world.enrol(ann.method, bob);
    await wrong(ann, 6);
    await world.release();
    const at = await world.mount();
    const cem = await world.entity(at.path, "cem");
    const url = await world.enrol(ann.method, cem);
    await world.enforce("cem", { mfa_method_ids: [ann.method], identity_entity_ids: [cem] });
    const answer = await world.validate(await world.waiting(at.path, "cem"), { [ann.method]: [world.code(url)] });
    expect(answer.status).toBe(200);
  });

  it("V39: of 200 guesses at once in two processes five are compared, and the right code among the rest is refused", async () => {
    const ann = await enrolled(world, "ann");
    const other = world.another();
    const id = await world.waiting(ann.path, "ann");
    const guess = async (code: string, index: number): Promise<string> => {
      const body = { mfa_request_id: id, mfa_payload: { [ann.method]: [code] } };
      if (index % 2) return (await world.validate(id, body.mfa_payload)).text;
      return (await other("sys/mfa/validate", body)).text;
    };
    const codes = Array.from({ length: 200 }, () => world.wrongCode(ann.url));
    const texts = await Promise.all(codes.map(guess));
    expect(texts.filter((text) => WRONG.test(text))).toHaveLength(5);
    expect(texts.filter((text) => PAUSED.test(text))).toHaveLength(195);
    expect(await tried(ann, world.code(ann.url))).toMatch(PAUSED);
  });

  it("are not looked at where they cannot be counted", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    world.server.table.before = ({ operation, input }) => {
      if (/Put|Transact/.test(operation) && /mfa-secret/.test(JSON.stringify(input))) throw new Error("out of reach");
    };
    const answer = await world.validate(id, { [ann.method]: [world.code(ann.url)] });
    world.server.table.before = () => undefined;
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).status).toBe(200);
  });
});

describe("keys", () => {
  it("keep the rules they were made by; the limit is the method's own, as it is now", async () => {
    const ann = await enrolled(world, "ann", { digits: 8, period: 60, algorithm: "SHA512", skew: 0 });
    await world.server.call("POST", `identity/mfa/method/totp/${ann.method}`, {
      body: { issuer: "Zeroth", digits: 6, max_validation_attempts: 1 },
    });
    expect(world.code(ann.url)).toHaveLength(8);
    expect(await tried(ann, world.code(ann.url, 1))).toMatch(WRONG);
    expect(await tried(ann, world.code(ann.url))).toMatch(/exceeded the allowed attempts 1/);
    world.server.clock.advance(60_000);
    expect(await tried(ann, world.code(ann.url))).toBe("in");
  });

  it("that were taken away are worth nothing, and a new one is another", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    await world.server.call("POST", "identity/mfa/method/totp/admin-destroy", {
      body: { method_id: ann.method, entity_id: ann.entity },
    });
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).text).toMatch(/not present in entity/);
    const url = await world.enrol(ann.method, ann.entity);
    expect(await tried({ ...ann, url }, world.code(url))).toBe("in");
    expect(authOf(await world.login(ann.path, "ann")).client_token).toBe("");
  });

  it("do not come back with a method that is made again under the id of a deleted one", async () => {
    const ann = await enrolled(world, "ann");
    await world.release();
    await world.server.call("DELETE", `identity/mfa/method/totp/${ann.method}`);
    await world.server.call("POST", `identity/mfa/method/totp/${ann.method}`, { body: { issuer: "Again" } });
    await world.enforce("again", { mfa_method_ids: [ann.method], auth_method_accessors: [ann.accessor] });
    expect(await tried(ann, world.code(ann.url))).toMatch(/not present in entity/);
  });
});
