import { afterAll, describe, expect, it } from "@jest/globals";
import { StoredCertificate } from "../../../../../src/engines/pki/model.ts";
import { createKiller } from "../../../../support/crash.ts";
import { makeServer } from "../../../../support/make-server.ts";
import { good, mountPki, refusal } from "./support/mount.ts";

/**
 * Certificates and their leases: every step between the decision and the answer is cut off, before and after. What
 * counts is that no certificate stays valid that nobody was given, and that none was given which no lease revokes.
 */

const killer = createKiller();
const server = await makeServer({ crash: killer.crash });
const pki = await mountPki(server);
await pki.role("leased", { allow_any_name: true, generate_lease: true });
await pki.role("plain", { allow_any_name: true });
await pki.role("unstored", { allow_any_name: true, no_store: true });
await pki.role("quiet", { allow_any_name: true, no_store_metadata: true });
afterAll(() => server.dynamo.close());

const issue = (role: string, body = {}) => pki.issue(role, { common_name: "a.test", ...body });
const view = async () => {
  const snapshot = await server.core.config.snapshot();
  const mount = [...snapshot.mounts.values()].find(({ info }) => info.path === "pki/");
  if (!mount) throw new Error("pki/ is mounted");
  return server.core.store.view(mount.info.id);
};
const rows = async () => {
  const { items } = await (await view()).items("certs");
  return items.map(({ body }) => StoredCertificate.parse(body));
};
const state = async (serial: string) => (await server.call("GET", `pki/cert/${serial}`)).data["revocation_time"];
const leases = () => server.core.leases.list("pki/issue/leased/");

/** Pending leases are waited for two minutes, claimed ones for a minute and a half. */
const settle = async () => {
  for (const seconds of [125, 95]) {
    server.clock.advance(seconds * 1000);
    await server.core.schedule.tick(server.clock.now() + 60_000);
  }
};

describe("the lease of a certificate", () => {
  it("lasts as long as the certificate, cannot be renewed, and revokes it when it ends", async () => {
    const { body, data } = good(await issue("leased", { ttl: "2h" }));
    const lease_id = String(body["lease_id"]);
    expect([body["renewable"], body["lease_duration"]]).toEqual([false, 7200]);
    expect(lease_id).toMatch(/^pki\/issue\/leased\/\w{24}$/);
    expect(refusal(await pki.post("sys/leases/renew", { lease_id }))).toBe("400 lease is not renewable");

    const serial = String(data["serial_number"]);
    expect(await state(serial)).toBe(0);
    good(await pki.post("sys/leases/revoke", { lease_id }));
    expect(await state(serial)).toBeGreaterThan(0);
  });

  it("ends with the token that asked for it", async () => {
    const { body } = good(await pki.post("auth/token/create", { policies: ["root"], ttl: "1h" }));
    const token = String(Reflect.get(Object(body["auth"]), "client_token"));
    const { data } = good(await pki.issue("leased", { common_name: "a.test" }, token));
    good(await pki.post("auth/token/revoke", { token }));
    await settle();
    expect(await state(String(data["serial_number"]))).toBeGreaterThan(0);
  });

  it("is not there where the role does not want it", async () => {
    const { body } = good(await issue("plain"));
    expect([body["lease_id"], body["lease_duration"]]).toEqual(["", 0]);
  });
});

describe("a process that dies while it issues a leased certificate", () => {
  const steps = ["pki.issue.pend", "lease.pend", "pki.issue.store", "lease.confirm"] as const;

  it("goes through these steps", async () => {
    const from = killer.steps.length;
    good(await issue("leased"));
    const taken = killer.steps.slice(from).filter((step) => /^(?:pki|lease)\./.test(step));
    expect(taken).toEqual(steps);
  });

  it(`at any of them, before or after it, leaves nothing valid that no lease revokes`, async () => {
    const before = new Set((await rows()).map(({ serial }) => serial));
    const held = new Set(await leases());
    const answered: string[] = [];
    for (const step of steps) {
      for (const when of ["before", "after"] as const) {
        killer.kill(step, when);
        const answer = await issue("leased").catch(() => undefined);
        if (answer?.status === 200) answered.push(`${step} ${when}`);
      }
    }
    await settle();

    const made = (await leases()).filter((id) => !held.has(id));
    const kept = await Promise.all(made.map((id) => server.core.leases.lookup(`pki/issue/leased/${id}`)));
    const leased = new Set(kept.map((lease) => lease?.internal["serial_number"]));
    const left = (await rows()).filter(({ serial }) => !before.has(serial));
    expect(answered).toEqual([]);
    // Before the row is stored nothing is left; once the lease is live it stays, as if the answer were lost on its way.
    expect(left).toHaveLength(3);
    expect(leased.size).toBe(1);
    for (const { serial } of left) expect(leased.has(serial) !== Number(await state(serial)) > 0).toBe(true);
  });
});

describe("the row of a certificate", () => {
  it("is found by its number, and names issuer and end", async () => {
    const { data } = good(await issue("plain"));
    const row = (await rows()).find(({ serial }) => serial === data["serial_number"]);
    expect(row).toMatchObject({ notAfter: data["expiration"], issuerId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(row).not.toHaveProperty("metadata");
  });

  it("is not there where the role does not want it", async () => {
    const count = (await rows()).length;
    good(await issue("unstored"));
    expect(await rows()).toHaveLength(count);
  });

  it("keeps the metadata that comes with a request, unless the role says not to", async () => {
    const cert_metadata = Buffer.from("owner: team a").toString("base64");
    const { data } = good(await issue("plain", { cert_metadata }));
    const row = (await rows()).find(({ serial }) => serial === data["serial_number"]);
    expect(row).toMatchObject({ role: "plain", metadata: cert_metadata });
    const shown = await server.call("GET", `pki/cert-metadata/${String(data["serial_number"])}`);
    expect(good(shown).data).toMatchObject({ role: "plain", cert_metadata });

    const text = "400 the role does not keep metadata: cert_metadata cannot be given";
    for (const role of ["quiet", "unstored"]) expect(refusal(await issue(role, { cert_metadata }))).toBe(text);
    expect(refusal(await issue("plain", { cert_metadata: "%%" }))).toBe("400 cert_metadata must be base64 encoded");
  });
});

describe("a private key", () => {
  it("is in its answer, and in no log or audit line", async () => {
    const answers = [good(await issue("plain")), good(await issue("plain", { format: "pem_bundle" }))];
    const lines = [...server.auditLines, ...server.logLines].join("\n");
    for (const { data } of answers) {
      const [, second = ""] = String(data["private_key"]).split("\n");
      expect(second.length).toBeGreaterThan(40);
      expect(lines).not.toContain(second);
    }
    expect(lines).toContain("pki/issue/plain");
  });
});
