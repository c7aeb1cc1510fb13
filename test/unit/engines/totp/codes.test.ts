import { ResourceNotFoundException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createKiller, Killed } from "../../../support/crash.ts";
import { anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";
import { codeOf, KEY, mountTotp, stepNow, type Totp } from "./support.ts";

const killer = createKiller();
let server: TestServer;
let totp: Totp;
let names = 0;

beforeAll(async () => {
  server = await makeServer({ crash: killer.crash });
  totp = await mountTotp(server);
});
afterAll(() => server.dynamo.close());
beforeEach(() => {
  server.table.before = () => undefined;
  server.table.after = () => undefined;
});

/** A key nothing was checked for. */
const fresh = async (more: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  names += 1;
  await totp.post(`totp/keys/k${names}`, { key: KEY, ...more });
  return `k${names}`;
};

const USED = "code already used; wait until the next time period";
const nowCode = () => codeOf(stepNow(server));
const lasting = (seconds: number) => server.clock.advance(seconds * 1000);

describe("a code", () => {
  it("is told with its times, and is right", async () => {
    const name = await fresh();
    const { data } = await totp.get(`totp/code/${name}`);
    const now = Math.floor(server.clock.now() / 1000);

    expect(data).toEqual({
      code: nowCode(),
      generated: now,
      expire_time: (stepNow(server) + 1) * 30,
      period: "30s",
    });
    expect(await totp.check(name, data["code"])).toBe(true);
  });

  it("is right for its step, and with a skew of 1 for its neighbours", async () => {
    const results = [];
    for (const skew of [0, 1]) {
      const name = await fresh({ skew });
      for (const offset of [-2, -1, 0, 1, 2]) {
        results.push([skew, offset, await totp.check(name, codeOf(stepNow(server) + offset))]);
      }
    }
    expect(results.filter(([, , valid]) => valid).map(([skew, offset]) => [skew, offset])).toEqual([
      [0, 0],
      [1, -1],
      [1, 0],
      [1, 1],
    ]);
  });

  it("is refused again, right or wrong, until it could not be right any more, and then is checked again", async () => {
    for (const skew of [0, 1]) {
      const name = await fresh({ skew });
      const code = nowCode();
      expect(await totp.check(name, code)).toBe(true);
      expect(await totp.check(name, "000000")).toBe(false);
      lasting(30 * (2 + skew) - 1);
      expect([await totp.check(name, code), await totp.check(name, "000000")]).toEqual([USED, USED]);
      lasting(1);
      expect([await totp.check(name, code), await totp.check(name, "000000")]).toEqual([false, false]);
      expect([await totp.check(name, code), await totp.check(name, "000000")]).toEqual([USED, USED]);
    }
  });

  it("stays used when the key is replaced or made again, and is another key's own matter", async () => {
    const name = await fresh();
    const code = nowCode();
    await totp.check(name, code);
    await totp.post(`totp/keys/${name}`, { key: KEY, digits: 6 });
    expect(await totp.check(name, code)).toBe(USED);
    await server.call("DELETE", `totp/keys/${name}`);
    expect(await totp.check(name, code)).toBe(`unknown key: ${name}`);
    await totp.post(`totp/keys/${name}`, { key: KEY });
    expect(await totp.check(name, code)).toBe(USED);
    expect(await totp.check(await fresh(), code)).toBe(true);
  });

  it.each([
    ["", "the code value is required"],
    [null, "the code value is required"],
    ["12345", "invalid number of digits for the code"],
    ["1234567", "invalid number of digits for the code"],
    [" 28708", "invalid number of digits for the code"],
    ["28708\u00a0", "invalid number of digits for the code"],
    [12345, "invalid number of digits for the code"],
    ["９４２８７０", "invalid number of digits for the code"],
    ["éabcd", false],
    ["abcdef", false],
    ["+12345", false],
    ["1e5000", false],
    ["x".repeat(100_000), "invalid number of digits for the code"],
  ])("that is %j gets Vault's answer", async (code, wanted) => {
    expect(await totp.check(await fresh(), code)).toBe(wanted);
  });

  it("of a key that is not there is refused with its name, shortened", async () => {
    expect(await totp.check("none", "123456")).toBe("unknown key: none");
    const { body } = await totp.get(`totp/code/${"n".repeat(200)}`);
    expect(body["errors"]).toEqual([`unknown key: ${"n".repeat(60)}...`]);
  });
});

describe("V43: whoever checks a code first has used it up", () => {
  it("of 51 callers at once, in three environments, one is told that it is right", async () => {
    const name = await fresh();
    const code = nowCode();
    const environments = [1, 2].map(() => anotherEnvironment(server));
    const elsewhere = async ({ handle }: Pick<TestServer, "handle">): Promise<unknown> => {
      const { status, body } = await handle({
        method: "POST",
        path: `/v1/totp/code/${name}`,
        query: "",
        headers: { "x-vault-token": [server.root] },
        body: Buffer.from(JSON.stringify({ code })),
        sourceAddress: "127.0.0.1",
      });
      return status === 400 ? USED : Buffer.from(body).toString("utf8").includes('"valid":true');
    };
    const answers = await Promise.all(
      Array.from({ length: 51 }, (_, index) => {
        const there = environments[(index % 3) - 1];
        return there ? elsewhere(there) : totp.check(name, code);
      }),
    );

    expect(answers.filter((answer) => answer === true)).toHaveLength(1);
    expect(answers.filter((answer) => answer === USED)).toHaveLength(50);
  });

  it("also when the record of an earlier check has ended and was not removed yet", async () => {
    const name = await fresh({ period: 1_000_000_000 });
    const far = await fresh();
    const code = codeOf(stepNow(server) + 4);
    expect(await totp.check(far, code)).toBe(false);
    lasting(120);
    const answers = await Promise.all(Array.from({ length: 51 }, () => totp.check(far, code)));

    expect(answers.filter((answer) => answer === true)).toHaveLength(1);
    expect(answers.filter((answer) => answer === USED)).toHaveLength(50);
    expect(name).not.toBe(far);
  });

  it("no code is right twice, in whatever order codes come and time passes", async () => {
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 50 }), offset: fc.integer({ min: -2, max: 2 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(0, 1), async (all, skew) => {
        const name = await fresh({ skew });
        const seen = new Map<string, number>();
        for (const { wait, offset } of all) {
          lasting(wait);
          const step = stepNow(server) + offset;
          const code = codeOf(step);
          const now = Math.floor(server.clock.now() / 1000);
          const known = seen.get(code);
          const answer = await totp.check(name, code);
          if (known !== undefined && known > now) {
            expect(answer).toBe(USED);
          } else {
            const window = Array.from({ length: 2 * skew + 1 }, (_, index) => codeOf(stepNow(server) - skew + index));
            expect(answer).toBe(window.includes(code));
            seen.set(code, now + 30 * (2 + skew));
          }
        }
      }),
      { numRuns: 25 },
    );
  });
});

describe("a check that cannot be recorded is never right", () => {
  it("when the table is away before the record is written", async () => {
    const name = await fresh();
    const code = nowCode();
    server.table.before = ({ operation }) => {
      if (operation === "PutItem") throw new ResourceNotFoundException({ message: "", $metadata: {} });
    };
    const failed = await totp.post(`totp/code/${name}`, { code });
    server.table.before = () => undefined;

    expect([failed.status, failed.data]).toEqual([500, {}]);
    expect(await totp.check(name, code)).toBe(true);
  });

  it("when the answer of the write is lost, and then the code is used up", async () => {
    const name = await fresh();
    const code = nowCode();
    server.table.after = ({ operation }) => {
      if (operation === "PutItem") throw new ResourceNotFoundException({ message: "", $metadata: {} });
    };
    const failed = await totp.post(`totp/code/${name}`, { code });
    server.table.after = () => undefined;

    expect([failed.status, failed.data]).toEqual([500, {}]);
    expect(await totp.check(name, code)).toBe(USED);
  });

  it.each(["before", "after"] as const)("when the program dies %s it", async (when) => {
    const name = await fresh();
    const code = nowCode();
    killer.kill("totp.check", when);
    await totp.check(name, code).catch((cause: unknown) => expect(cause).toBeInstanceOf(Killed));

    expect(await totp.check(name, code)).toBe(when === "before" ? true : USED);
  });

  it.each(["before", "after"] as const)(
    "and a key is the old one or the new one when the program dies %s its write",
    async (when) => {
      const name = await fresh();
      killer.kill("totp.key", when);
      const body = { generate: true, issuer: "i", account_name: "a", qr_size: 0 };
      await totp.post(`totp/keys/${name}`, body).catch((cause: unknown) => expect(cause).toBeInstanceOf(Killed));

      expect((await totp.get(`totp/keys/${name}`)).data["issuer"]).toBe(when === "before" ? "" : "i");
      expect((await totp.get(`totp/code/${name}`)).status).toBe(200);
    },
  );
});

describe("what a request costs", () => {
  const callsOf = async (run: () => Promise<unknown>): Promise<readonly string[]> => {
    await run();
    const from = server.table.calls.length;
    const keys = server.kms.calls.length;
    await run();
    expect(server.kms.calls.length).toBe(keys);
    return server.table.calls.slice(from).map(({ operation }) => operation);
  };

  it("is nothing beyond the request's own to tell a code, and one write to check one", async () => {
    const name = await fresh();
    expect(await callsOf(() => totp.get(`totp/code/${name}`))).toEqual(["BatchGetItem"]);
    let at = 100_000;
    expect(await callsOf(() => totp.check(name, String(at++)))).toEqual(["BatchGetItem", "PutItem"]);
  });
});
