import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { certificateRequest, dns } from "../../../../support/acme-client.ts";
import { createKiller } from "../../../../support/crash.ts";
import { type AcmeWorld, makeAcmeWorld } from "./world.ts";

const killer = createKiller();
let world: AcmeWorld;
beforeAll(async () => {
  world = await makeAcmeWorld({ crash: killer.crash });
});
afterAll(() => world.close());

/**
 * From no account to a certificate, with every step tried again as a client does: a request that ended with the process
 * is sent once more, with a new nonce.
 */
const wholeFlow = async (): Promise<number> => {
  const client = await world.client();
  const again = async <T extends { status: number }>(ask: () => Promise<T>): Promise<T> => {
    const first = await ask();
    return first.status >= 500 ? ask() : first;
  };
  client.kid = (await again(() => client.post("new-account", {}))).headers["location"];
  const order = await again(() => client.order("www.example.com"));
  const { body } = await again(() => client.post(order.body.authorizations[0]));
  await again(() => client.post(body.challenges[0].url, {}));
  // What a client does until its authorization is valid.
  for (let look = 0, status = ""; look < 5 && status !== "valid"; look++) {
    await world.check();
    ({ status } = (await again(() => client.post(order.body.authorizations[0]))).body);
    world.server.clock.advance(31_000);
  }
  const { csr } = certificateRequest(dns("www.example.com"));
  const done = await again(() => client.post(order.body.finalize, { csr }));
  const now = await again(() => client.post(order.headers["location"] ?? ""));
  // One whose answer was lost finds its order valid.
  expect([200, 403]).toContain(done.status);
  expect(now.body.status).toBe("valid");
  return (await again(() => client.post(now.body.certificate))).status;
};

const certificates = async (): Promise<number> =>
  Object((await world.server.call("LIST", "pki/certs")).data["keys"]).length;

const STEPS = [
  "acme.nonce",
  "acme.account",
  "acme.order",
  "acme.accept",
  "acme.ask",
  "challenge.claim",
  "challenge.decide",
  "acme.settle",
  "pki.issue.store",
];

describe("a client", () => {
  it.each(STEPS.flatMap((step) => (["before", "after"] as const).map((when) => [step, when] as const)))(
    "has its certificate although the process ended at %s, %s it",
    async (step, when) => {
      const before = await certificates();
      killer.kill(step, when);
      expect(await wholeFlow()).toBe(200);
      expect(killer.steps).toEqual(expect.arrayContaining(STEPS));
      expect(await certificates()).toBe(before + 1);
    },
  );
});
