import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { productSources } from "../architecture/support/sources.ts";
import { makeServer, type TestServer } from "../support/make-server.ts";
import { isLongRun, patience, runs } from "../support/runs.ts";

/** S42 and V72: one environment serves many callers for a long time, and keeps nothing of one for another. */

interface Tenant {
  readonly name: string;
  readonly token: string;
}

let server: TestServer;
let tenants: readonly [Tenant, Tenant];
beforeAll(async () => {
  server = await makeServer({ audit: { auditSink: { write: async () => undefined } } });
  const tenant = async (name: string): Promise<Tenant> => {
    await server.call("POST", `sys/mounts/${name}`, { body: { type: "kv" } });
    const policy = `path "${name}/*" { capabilities = ["create", "read", "update", "list"] }
      path "cubbyhole/*" { capabilities = ["create", "read", "update"] }`;
    await server.call("PUT", `sys/policies/acl/${name}`, { body: { policy } });
    const made = await server.call("POST", "auth/token/create", {
      body: { policies: [name], no_default_policy: true },
    });
    return { name, token: String((made.body["auth"] as { client_token: string }).client_token) };
  };
  tenants = [await tenant("red"), await tenant("blue")];
});
afterAll(() => server.dynamo.close());

describe("S42: two tenants that alternate in one environment", () => {
  it(
    "get their own answers and never a word of the other's, one after another and at once",
    async () => {
      const globals = Object.keys(globalThis).sort();
      const wrong: string[] = [];
      const turn = async (me: Tenant, other: Tenant, n: number) => {
        const { token } = me;
        const canary = `canary-of-${me.name}-${n % 7}`;
        const answers = [
          await server.call("POST", `${me.name}/same`, { token, body: { canary } }),
          await server.call("GET", `${me.name}/same`, { token }),
          await server.call("POST", "cubbyhole/same", { token, body: { canary } }),
          await server.call("GET", "cubbyhole/same", { token }),
          await server.call("GET", `${other.name}/same`, { token }),
          await server.call("GET", `${me.name}/`, { token: other.token }),
        ];
        const statuses = answers.map(({ status }) => status).join();
        if (statuses !== "204,200,204,200,403,403") wrong.push(`${me.name} ${n}: ${statuses}`);
        for (const { text } of answers)
          if (text.includes(`canary-of-${other.name}`)) wrong.push(`${me.name} ${n}: ${text}`);
        if (answers[3]?.data["canary"] !== canary) wrong.push(`${me.name} ${n}: another cubbyhole`);
      };
      const [red, blue] = tenants;
      for (let n = 0; n < runs(12, 10_000); n += 1) {
        if (n % 2 === 0) await Promise.all([turn(red, blue, n), turn(blue, red, n)]);
        else
          for (const [me, other] of [
            [red, blue],
            [blue, red],
          ] as const)
            await turn(me, other, n);
      }

      expect(wrong).toEqual([]);
      expect(Object.keys(globalThis).sort()).toEqual(globals);
    },
    patience,
  );

  it("share no variable of a module: what modules keep hangs on a snapshot, a table or a request, and goes with it", () => {
    const deployed = productSources.filter(({ file }) => /^(?:src(?!\/(?:local|cli))|lambdas)\//.test(file));
    const kept = deployed.flatMap(({ file, code }) =>
      [
        ...code.matchAll(
          /^(?:export )?(?:let|var) \w+|^(?:export )?const (\w+)[^=\n]*= new (?:Map|Set)(?:<[^\n]*>)?\(\)/gm,
        ),
      ].map(
        ([text]) =>
          `${file}: ${text
            .replace(/^export /, "")
            .split(/[ :=]+/)
            .slice(0, 2)
            .join(" ")}`,
      ),
    );
    expect(kept.sort()).toEqual([]);
  });
});

describe("V72: requests for paths that are always new", () => {
  const heap = (): number => {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    return process.memoryUsage().heapUsed;
  };

  // A few hundred requests are lost in the noise of the heap: only the long run can tell.
  (isLongRun ? it : it.skip)(
    "leave nothing in the memory of the environment",
    async () => {
      const [{ name, token }] = tenants;
      const ask = async (count: number, from: number) => {
        for (let n = from; n < from + count; n += 1) {
          await server.call("GET", `${name}/path-${n}/${"x".repeat(50)}`, { token });
          await server.call("GET", `nowhere-${n}/x`, { token });
          await server.call("POST", "sys/capabilities-self", { token, body: { paths: [`other-${n}`] } });
          server.table.calls.length = 0;
        }
      };
      const each = runs(250, 25_000);
      await ask(each, 0);
      const before = heap();
      await ask(each, each);
      const middle = heap();
      await ask(each, 2 * each);
      const after = heap();

      // A kept path would be hundreds of bytes a request; what is measured wavers by less than a hundred kilobytes.
      const grown = Math.min(middle - before, after - middle);
      expect(grown).toBeLessThan(each * 3 * 60 + 100_000);
    },
    patience,
  );
});
