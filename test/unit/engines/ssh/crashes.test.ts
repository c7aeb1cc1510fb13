import { afterAll, describe, expect, it } from "@jest/globals";
import { createKiller } from "../../../support/crash.ts";
import { makeServer } from "../../../support/make-server.ts";
import { mountSsh } from "./support/hosts.ts";

/**
 * Every step of every flow of one-time passwords, cut off before and after: the steps are those that a run of the flow
 * takes. What counts is what the mount keeps: passwords that exist are passwords of leases that live, and none of them
 * is good twice.
 */

const killer = createKiller();
const server = await makeServer({ crash: killer.crash });
const ssh = await mountSsh(server);
await ssh.otpRole("web");
afterAll(() => server.dynamo.close());

const lease = async () => String((await ssh.post("ssh/creds/web", { ip: "10.1.2.3" })).body["lease_id"] ?? "");
const sweep = () => server.core.schedule.tick(server.clock.now() + 60_000);

interface Flow {
  /** Before the program may die; what it answers is given to `run`. */
  readonly prepare: () => Promise<{ readonly key: string; readonly lease: string }>;
  readonly run: (made: { readonly key: string; readonly lease: string }) => Promise<unknown>;
}

const nothing = async () => ({ key: "", lease: "" });
const password = () => ssh.password("web");

const FLOWS: Readonly<Record<string, Flow>> = {
  "a password is made": { prepare: nothing, run: lease },
  "a password is verified": { prepare: password, run: ({ key }) => ssh.verify(key) },
  "a password is revoked": {
    prepare: password,
    run: (made) => ssh.post("sys/leases/revoke", { lease_id: made.lease }),
  },
  "a password ends by the sweeper": {
    prepare: password,
    run: async (made) => {
      await server.core.leases.expireNow(made.lease);
      await sweep();
    },
  },
};

/** Names of the engine's steps and of those of leases; the rest of a request is tested elsewhere. */
const ours = (steps: readonly string[]) => [...new Set(steps)].filter((step) => /^(?:ssh|lease)\./.test(step));

const triples: (readonly [flow: string, step: string, when: "before" | "after"])[] = [];
for (const [name, { prepare, run }] of Object.entries(FLOWS)) {
  const made = await prepare();
  const from = killer.steps.length;
  await run(made);
  for (const step of ours(killer.steps.slice(from))) triples.push([name, step, "before"], [name, step, "after"]);
}

describe(`a process that dies, in ${triples.length} (flow, step, mode) triples`, () => {
  it("has steps of the engine and of its leases in them", () => {
    const steps = new Set(triples.map(([, step]) => step));
    expect([...steps].sort()).toEqual([
      "lease.confirm",
      "lease.pend",
      "lease.revoke.backend",
      "lease.revoke.claim",
      "lease.revoke.remove",
      "ssh.otp.pend",
      "ssh.otp.store",
      "ssh.otp.verify",
    ]);
  });

  it.each(triples)("while %s: %s, %s", async (name, step, when) => {
    const flow = FLOWS[name];
    if (!flow) throw new Error(`there is no flow ${name}`);
    const made = await flow.prepare();
    killer.kill(step, when);
    const first = await flow.run(made).catch((cause: unknown) => cause);
    const said = typeof first === "object" && first !== null && Reflect.get(first, "status") === 200;
    const second = await ssh.verify(made.key);
    // A pending lease is waited for two minutes, a claimed one for a minute and a half.
    for (const seconds of [125, 95]) {
      server.clock.advance(seconds * 1000);
      await sweep();
    }
    const unused = await server.core.leases.list("ssh/creds/web/");
    for (const id of unused) await ssh.post("sys/leases/revoke", { lease_id: `ssh/creds/web/${id}` });

    expect(said && second.status === 200).toBe(false);
    expect(await ssh.kept()).toBe(0);
    expect(await server.core.leases.list("ssh/creds/web/")).toEqual([]);
  });
});
