import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { z } from "zod";
import { approleAuth } from "../../../../src/auth/approle/backend.ts";
import { userpassAuth } from "../../../../src/auth/userpass/backend.ts";
import { createPasswords } from "../../../../src/auth/userpass/passwords.ts";
import type { CatalogRow } from "../../../../src/core/catalog.ts";
import { makeMount } from "../../../../src/core/config/initialize.ts";
import type { MountConfig } from "../../../../src/core/mounts/mount.ts";
import { defineBackend, field, foldsOf, op, path, VaultError } from "../../../../src/framework/index.ts";
import { as, type MountPath } from "../../../../src/std/brand.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { seconds } from "../../../../src/std/time.ts";
import { type Answered, anotherEnvironment, makeServer, type TestServer } from "../../../support/make-server.ts";

/** Lockout around the logins of two real methods, over the table; the hash is cheap and counted. */

const MINUTES = 60_000;

let server: TestServer;
let derivations = 0;
/** What a derivation waits for. */
let held: Promise<void> = Promise.resolve();
let rows: readonly CatalogRow[] = [];

const passwords = () =>
  createPasswords({
    derive: async (password) => {
      derivations += 1;
      await held;
      return Buffer.alloc(32, Buffer.from(password).toString("latin1"));
    },
  });

const auth = (type: string, backend: () => ReturnType<typeof approleAuth>): CatalogRow => ({
  kind: "auth",
  type,
  home: "login",
  folds: foldsOf(backend().paths),
  load: async () => backend(),
});

let begins: () => void = () => undefined;

/** A method that finds out only by the login itself which role it is for. */
const roledAuth = () =>
  defineBackend({
    kind: "auth",
    type: "roled",
    help: "A test's.",
    lockoutName: (_, { name }) => (typeof name === "string" ? name : undefined),
    paths: [
      path("login", {
        summary: "log in",
        params: {},
        ops: {
          update: op({
            summary: "log in",
            access: "unauthenticated",
            answers: "login",
            input: z.object({ name: field.text("name"), password: field.text("password") }),
            handle: async ({ input: { name = "", password } }) => {
              begins();
              await held;
              if (password !== "right") throw new VaultError("invalid_credentials", { wire: "wrong" });
              return {
                auth: { displayName: name, token: { policies: [] }, metadata: {}, role: "any", alias: { name } },
              };
            },
          }),
        },
      }),
    ],
  });

let count = 0;
/** Each test has a mount of each method of its own. */
let userpass = "";
let approle = "";
const before = { call: (_: unknown): void | Promise<void> => undefined };

const mount = async (type: string): Promise<string> => {
  const path = `auth/${type}-${count}/`;
  await server.core.config.putMount(makeMount(systemRandom, { kind: "auth", type, path }), "absent");
  return path;
};

beforeAll(async () => {
  rows = [
    auth("userpass", () => userpassAuth(passwords())),
    auth("approle", approleAuth),
    { ...auth("roled", roledAuth), resolvesRole: true },
  ];
  server = await makeServer({ rows });
  server.table.before = (call) => before.call(call);
});
beforeEach(async () => {
  count += 1;
  userpass = await mount("userpass");
  await server.call("POST", `${userpass}users/alice`, { body: { password: "right" } });
  derivations = 0;
});
afterAll(() => server.dynamo.close());

const tune = async (userLockout: MountConfig["userLockout"]): Promise<void> => {
  const found = (await server.core.config.snapshot()).mounts.get(as<MountPath>(userpass));
  if (!found || !userLockout) throw new Error("nothing to tune");
  await server.core.config.putMount({ ...found, config: { ...found.config, userLockout } }, "present");
};

const login = (name: string, password: string | undefined): Promise<Answered> =>
  server.call("POST", `${userpass}login/${name}`, { token: null, body: { password } });
const wrong = async (times: number, name = "alice"): Promise<void> => {
  for (let time = 0; time < times; time += 1) await login(name, "wrong");
};
const outcome = ({ status, body }: Answered) => [status, body["errors"]];
const LOCKED = [403, ["permission denied"]];
const REFUSED = [400, ["invalid username or password"]];

/** Items of the table whose partition begins so. */
const items = async (prefix: string): Promise<number> => (await server.store.query(prefix, "identity")).items.length;
const lockedHere = async (): Promise<readonly unknown[]> => {
  const accessor = (await server.core.config.snapshot()).mounts.get(as<MountPath>(userpass))?.info.accessor;
  return [(await server.call("GET", `sys/locked-users?mount_accessor=${accessor}`)).data["total"], accessor];
};
const lockedTotal = async (): Promise<unknown> => (await lockedHere())[0];

describe("user lockout", () => {
  it("refuses the right password after five wrong ones, and none before the fifth", async () => {
    await wrong(4);
    expect(await lockedTotal()).toBe(0);
    expect(outcome(await login("alice", "wrong"))).toEqual(REFUSED);
    expect(outcome(await login("alice", "right"))).toEqual(LOCKED);
  });

  it("V38: counts every spelling for one name, and refuses them all", async () => {
    for (const name of ["alice", "Alice", "ALICE", "aLice", "alicE"]) await login(name, "wrong");
    const spellings = ["alice", "Alice", "ALICE", "aliCe"];
    const answers = await Promise.all(spellings.map((name) => login(name, "right")));
    expect(answers.map(outcome)).toEqual(spellings.map(() => LOCKED));
    expect((await login("alice%20", "right")).status).toBe(404);
    expect((await login("alice/", "right")).status).toBe(400);
    expect(await lockedTotal()).toBe(1);
  });

  it("V39: 100 wrong passwords at once are counted to the threshold and no further, and the right one is refused", async () => {
    const burst = await Promise.all(Array.from({ length: 100 }, () => login("alice", "wrong")));
    expect(burst.every(({ status }) => status === 400 || status === 403)).toBe(true);
    const after = derivations;
    expect(outcome(await login("alice", "right"))).toEqual(LOCKED);
    expect(derivations).toBe(after);
    expect(await lockedTotal()).toBe(1);
  });

  it("F52: counts exactly what fails at once in two processes", async () => {
    const other = anotherEnvironment(server, rows);
    const elsewhere = () =>
      other.handle({
        method: "POST",
        path: `/v1/${userpass}login/alice`,
        query: "",
        headers: {},
        body: Buffer.from('{"password":"wrong"}'),
        sourceAddress: "127.0.0.1",
      });
    await tune({ threshold: 31 });
    await Promise.all(Array.from({ length: 15 }, () => Promise.all([login("alice", "wrong"), elsewhere()])));
    expect(await lockedTotal()).toBe(0);
    await elsewhere();
    expect(await lockedTotal()).toBe(1);
  });

  it.each(["right", "wrong"])(
    "answers alike, a %s password that was under way when the lock fell",
    async (password) => {
      await tune({ threshold: 1 });
      let release: () => void = () => undefined;
      held = new Promise((resolve) => {
        release = resolve;
      });
      const underWay = login("alice", password);
      while (derivations === 0) await new Promise((resolve) => setImmediate(resolve));
      held = Promise.resolve();
      await login("alice", "wrong");
      release();
      expect(outcome(await underWay)).toEqual(LOCKED);
    },
  );

  it.each(["right", "wrong"])(
    "answers alike, a %s password that was under way when the lock fell, where the role found out has no room",
    async (password) => {
      const path = `auth/roled-${count}/`;
      const made = makeMount(systemRandom, { kind: "auth", type: "roled", path });
      const lockedAtOnce = { ...made, config: { ...made.config, userLockout: { threshold: 1 } } };
      await server.core.config.putMount(lockedAtOnce, "absent");
      const limit = { path, role: "any", rate: 1, interval: "1h" };
      expect((await server.call("POST", `sys/quotas/rate-limit/roled-${count}`, { body: limit })).status).toBe(204);
      const guess = (given: string) =>
        server.call("POST", `${path}login`, { token: null, body: { name: "alice", password: given } });
      expect((await guess("right")).status).toBe(200);
      expect((await guess("right")).status).toBe(429);

      let begun = false;
      let release: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => {
        release = resolve;
      });
      held = waiting;
      begins = () => {
        begun = true;
      };
      const underWay = guess(password);
      while (!begun) await new Promise((resolve) => setImmediate(resolve));
      held = Promise.resolve();
      await guess("wrong");
      release();

      expect(outcome(await underWay)).toEqual(LOCKED);
    },
  );

  it("leaves the limit of a role that was found out to itself where nobody is locked out", async () => {
    const path = `auth/open-${count}/`;
    const made = makeMount(systemRandom, { kind: "auth", type: "roled", path });
    const never = { ...made, config: { ...made.config, userLockout: { disable: true } } };
    await server.core.config.putMount(never, "absent");
    const limit = { path, role: "any", rate: 1, interval: "1h" };
    await server.call("POST", `sys/quotas/rate-limit/open-${count}`, { body: limit });
    const guess = async () => {
      const body = { name: "alice", password: "right" };
      return (await server.call("POST", `${path}login`, { token: null, body })).status;
    };

    expect([await guess(), await guess()]).toEqual([200, 429]);
  });

  it("says of no more guesses than the threshold that they were wrong, however many are made at once", async () => {
    const burst = await Promise.all(Array.from({ length: 20 }, () => login("alice", "wrong")));
    expect(burst.map(outcome).filter(([status]) => status === 400)).toHaveLength(5);
    expect(burst.map(outcome).filter(([status]) => status === 403)).toHaveLength(15);
  });

  it("refuses a right password that gives no token by the lock, where that fell meanwhile", async () => {
    await tune({ threshold: 1 });
    await server.call("POST", `${userpass}users/alice`, {
      body: { password: "right", token_policies: ["response-wrapping"] },
    });
    derivations = 0;
    expect((await login("alice", "right")).status).toBe(400);
    let fell = false;
    before.call = async (call) => {
      if (fell || !JSON.stringify(call).includes("TransactWriteItems")) return;
      fell = true;
      await login("alice", "wrong");
    };
    const answer = outcome(await login("alice", "right"));
    before.call = () => undefined;
    expect([fell, answer]).toEqual([true, LOCKED]);
  });

  it("V41: answers an invented name as it answers a real one, ten times over, byte for byte", async () => {
    const ten = async (name: string) => {
      const answers: unknown[] = [];
      for (let time = 0; time < 10; time += 1) {
        const { status, text, headers } = await login(name, "wrong");
        answers.push({ status, text, headers });
      }
      return answers;
    };
    expect(await ten("nobody")).toEqual(await ten("alice"));
  });

  it("V40: costs the same derivations, table calls and audit lines for a real and an invented name", async () => {
    const cost = async (name: string) => {
      const [calls, lines, work] = [server.table.calls.length, server.auditLines.length, derivations];
      await login(name, "wrong");
      return {
        calls: server.table.calls.slice(calls).map(({ operation }) => operation),
        lines: server.auditLines.length - lines,
        work: derivations - work,
      };
    };
    await login("warm", "wrong");
    const real = await cost("alice");
    expect(real.work).toBe(1);
    expect(await cost("nobody")).toEqual(real);
  });

  it("V45: holds in a process that has just begun, and fails closed when the counter cannot be read", async () => {
    await wrong(5);
    server.store.drop();
    server.core.config.drop();
    expect(outcome(await login("alice", "right"))).toEqual(LOCKED);
    before.call = (call) => {
      if (JSON.stringify(call).includes("entity#lockout#")) throw new Error("out of reach");
    };
    const unread = await login("bob", "right");
    before.call = () => undefined;
    expect(unread.status).toBeGreaterThanOrEqual(500);
  });

  it("V46: leaves no token, entity or second counter behind thirty failures", async () => {
    await tune({ threshold: 1000 });
    const tokens = async () => (await server.core.tokens.accessors()).length;
    const existing = [await tokens(), await items("entity#list")];
    await wrong(30);
    expect([await tokens(), await items("entity#list")]).toEqual(existing);
  });

  it("ends after its time, and starts counting again", async () => {
    await wrong(5);
    server.clock.advance(15 * MINUTES);
    await wrong(4);
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("sets the time of a lock once: what is tried meanwhile does not prolong it", async () => {
    await wrong(5);
    server.clock.advance(14 * MINUTES);
    await wrong(5);
    server.clock.advance(1 * MINUTES);
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("forgets failures that are far enough apart", async () => {
    for (let time = 0; time < 8; time += 1) {
      await wrong(1);
      server.clock.advance(15 * MINUTES);
    }
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("forgets failures at a success", async () => {
    await wrong(4);
    await login("alice", "right");
    await wrong(4);
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("counts only wrong credentials", async () => {
    for (let time = 0; time < 6; time += 1) await login("alice", undefined);
    for (let time = 0; time < 6; time += 1) await login("alice", "x".repeat(73));
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("follows the mount's own threshold and times", async () => {
    await tune({ threshold: 2, duration: seconds(60), counterReset: seconds(30) });
    await wrong(1);
    server.clock.advance(30_000);
    await wrong(1);
    expect((await login("alice", "right")).status).toBe(200);
    await wrong(2);
    server.clock.advance(59_000);
    expect(outcome(await login("alice", "right"))).toEqual(LOCKED);
    server.clock.advance(1000);
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("has no effect if it is turned off, even for a locked name", async () => {
    await wrong(5);
    await tune({ disable: true });
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("ends by hand, for the name in any case", async () => {
    await wrong(5);
    const [, accessor] = await lockedHere();
    expect((await server.call("POST", `sys/locked-users/${accessor}/unlock/Alice`)).status).toBe(204);
    expect(await lockedTotal()).toBe(0);
    expect((await login("alice", "right")).status).toBe(200);
  });

  it("lets none but who may unlock do so", async () => {
    const { status } = await server.call("POST", "sys/locked-users/a/unlock/alice", { token: null });
    expect(status).toBe(403);
  });

  it("counts a role id that does not exist like one that does", async () => {
    approle = await mount("approle");
    await server.call("POST", `${approle}role/app`, { body: { role_id: "real" } });
    const attempts = async (role_id: string) => {
      const answers: unknown[] = [];
      for (let time = 0; time < 6; time += 1) {
        answers.push(
          outcome(await server.call("POST", `${approle}login`, { token: null, body: { role_id, secret_id: "x" } })),
        );
      }
      return answers;
    };
    const real = await attempts("real");
    expect(real.at(-1)).toEqual(LOCKED);
    expect(await attempts("invented")).toEqual(real);
  });
});

describe("a secret id in the whole server", () => {
  it("F51: gives exactly as many tokens as it has uses when forty log in at once", async () => {
    approle = await mount("approle");
    await server.call("POST", `${approle}role/app`, { body: { role_id: "app", secret_id_num_uses: 5 } });
    const { data } = await server.call("POST", `${approle}role/app/secret-id`);
    const existing = (await server.core.tokens.accessors()).length;
    const body = { role_id: "app", secret_id: data["secret_id"] };
    const all = await Promise.all(
      Array.from({ length: 40 }, () => server.call("POST", `${approle}login`, { token: null, body })),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(5);
    expect((await server.core.tokens.accessors()).length - existing).toBe(5);
  });
});
