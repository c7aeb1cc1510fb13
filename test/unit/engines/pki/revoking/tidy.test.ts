import { describe, expect, it } from "@jest/globals";
import { REVOKED } from "../../../../../src/engines/pki/model.ts";
import { certificateWrite } from "../../../../../src/engines/pki/revoking/rows.ts";
import { jobAddress } from "../../../../../src/engines/pki/revoking/tidy/job.ts";
import { workOnJob } from "../../../../../src/engines/pki/revoking/tidy/work.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { createKiller, Killed } from "../../../../support/crash.ts";
import { HOUR, listOf, type Mount, makeAuthority, makeMount, START } from "./fixture.ts";

/** Tidying: what goes and what stays, one run at a time, over crashes and lifetimes. */

const EVERYTHING = { tidy_cert_store: true, tidy_revoked_certs: true, safety_buffer: "1h" };

const tidy = async (mount: Mount, options: JsonObject = EVERYTHING) =>
  (await mount.ask("update", "tidy", options)).reply;
const statusOf = async (mount: Mount) => (await mount.ask("read", "tidy-status")).data;
const keysOf = async (mount: Mount, path = "certs"): Promise<readonly string[]> =>
  (await mount.ask("list", path)).data?.keys ?? [];

/** Certificates of every age, half of them revoked; by when they end, in hours from the start. */
const AGES = [1, 2, 5, 10, 500];
const mixture = async (mount: Mount) => {
  const rows: { readonly serial: string; readonly ends: number; readonly revoked: boolean }[] = [];
  for (const hours of AGES) {
    for (const revoked of [false, true]) {
      const serial = await mount.issue({ hours });
      if (revoked) await mount.ask("update", "revoke", { serial_number: serial });
      rows.push({ serial, ends: hours, revoked });
    }
  }
  return rows;
};

describe("tidying", () => {
  it("removes what ended longer ago than its buffer, and nothing else (V57)", async () => {
    const mount = await makeAuthority();
    const [root] = await keysOf(mount);
    const rows = await mixture(mount);
    mount.clock.ms = START + 6.5 * HOUR;
    await tidy(mount, { ...EVERYTHING, revoked_safety_buffer: "3h" });
    const stays = rows.filter(({ ends, revoked }) => ends + (revoked ? 3 : 1) >= 6.5);
    expect([...(await keysOf(mount))].sort()).toEqual([root, ...stays.map(({ serial }) => serial)].sort());
    const revoked = stays.filter((row) => row.revoked).map(({ serial }) => serial);
    expect([...(await keysOf(mount, "certs/revoked"))].sort()).toEqual([...revoked].sort());
    expect([...(await listOf(mount)).serials].sort()).toEqual([...revoked].sort());
    expect(await statusOf(mount)).toMatchObject({
      state: "Finished",
      error: null,
      message: null,
      cert_store_deleted_count: 5,
      revoked_cert_deleted_count: 2,
      revoked_safety_buffer: 10_800,
    });
  });

  it("by a worker whose clock is years ahead removes nothing that was alive when it was asked (V57)", async () => {
    const killer = createKiller();
    const mount = await makeAuthority({ crash: killer.crash });
    const rows = await mixture(mount);
    mount.clock.ms = START + 6.5 * HOUR;
    killer.kill("pki.tidy", "before");
    await expect(tidy(mount)).rejects.toThrow(Killed);
    const ahead = makeMount({ view: mount.view, clock: { ms: 0, now: () => START + 90_000 * HOUR } });
    const none = async () => ({ done: true, counts: {} });
    await workOnJob(ahead.cx, { issuers: none, acme: none }, Number.POSITIVE_INFINITY);
    const alive = rows.filter(({ ends }) => ends + 1 >= 6.5).map(({ serial }) => serial);
    expect(await keysOf(mount)).toEqual(expect.arrayContaining(alive));
    expect((await statusOf(mount)).state).toBe("Finished");
  });

  it("keeps a revocation that is wanted, though its certificate's row goes", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue({ hours: 1 });
    await mount.ask("update", "revoke", { serial_number: serial });
    mount.clock.ms = START + 10 * HOUR;
    await tidy(mount, { tidy_cert_store: true, safety_buffer: "1h" });
    expect(await keysOf(mount)).not.toContain(serial);
    expect(await keysOf(mount, "certs/revoked")).toEqual([serial]);
    expect((await listOf(mount)).serials).toEqual([serial]);
  });

  it.each(["before", "after"] as const)(
    "killed %s any of its writes goes on, and counts everything once",
    async (when) => {
      const killer = createKiller();
      const mount = await makeAuthority({ crash: killer.crash });
      for (let at = 0; at < 70; at += 1) await mount.issue({ hours: 1 });
      mount.clock.ms = START + 10 * HOUR;
      killer.kill("pki.tidy", when);
      await expect(tidy(mount, { ...EVERYTHING, page_size: 20 })).rejects.toThrow(Killed);
      expect((await statusOf(mount)).state).toBe("Running");
      for (let turn = 0; turn < 4 && (await statusOf(mount)).state === "Running"; turn += 1) {
        killer.kill("pki.tidy", when);
        await makeMount({ view: mount.view, clock: mount.clock, crash: killer.crash })
          .tick()
          .catch((cause: unknown) => {
            if (!(cause instanceof Killed)) throw cause;
          });
      }
      await makeMount({ view: mount.view, clock: mount.clock }).tick();
      expect(await statusOf(mount)).toMatchObject({ state: "Finished", cert_store_deleted_count: 70 });
      expect(await keysOf(mount)).toHaveLength(1);
    },
  );

  it("is one run at a time, and can be cancelled", async () => {
    const mount = await makeAuthority();
    await mount.issue({ hours: 1 });
    mount.clock.ms = START + 10 * HOUR;
    await tidy(mount, { ...EVERYTHING, pause_duration: "1h" });
    expect((await statusOf(mount)).state).toBe("Running");
    expect((await mount.ask("update", "tidy", EVERYTHING)).warnings).toEqual(["Tidy operation already in progress."]);
    expect((await mount.ask("update", "tidy-cancel")).data.state).toBe("Cancelling");
    expect((await statusOf(mount)).state).toBe("Cancelled");
    await mount.tick();
    expect(await keysOf(mount)).toHaveLength(2);
    expect((await mount.ask("update", "tidy-cancel")).warnings).toEqual([
      "Tidy operation cannot be cancelled as none is currently running.",
    ]);
    await tidy(mount);
    expect((await statusOf(mount)).cert_store_deleted_count).toBe(1);
  });

  it("cancelled between a look and its removals removes nothing more", async () => {
    const mount = await makeAuthority();
    await mount.issue({ hours: 1 });
    mount.clock.ms = START + 10 * HOUR;
    const { items } = mount.view;
    mount.view.items = async (path, options) => {
      const page = await items(path, options);
      if (path === "certs") await mount.ask("update", "tidy-cancel");
      return page;
    };
    await tidy(mount);
    mount.view.items = items;
    expect((await statusOf(mount)).state).toBe("Cancelled");
    expect(await keysOf(mount)).toHaveLength(2);
  });

  it("pauses by looking at as many entries as the time since allows", async () => {
    const mount = await makeAuthority();
    for (let at = 0; at < 10; at += 1) await mount.issue({ hours: 1 });
    mount.clock.ms = START + 10 * HOUR;
    await tidy(mount, { ...EVERYTHING, pause_duration: "20s" });
    const deleted = async () => (await statusOf(mount)).cert_store_deleted_count;
    expect(await deleted()).toBe(0);
    mount.clock.ms += 60_000;
    await mount.tick();
    expect(await deleted()).toBeLessThanOrEqual(3);
    expect(await deleted()).toBeGreaterThan(0);
    mount.clock.ms += HOUR;
    await mount.tick();
    expect(await statusOf(mount)).toMatchObject({ state: "Finished", cert_store_deleted_count: 10 });
  });

  it("finds the issuer of revocations whose issuer is gone, and counts them", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    await mount.ask("update", "revoke", { serial_number: serial });
    const { items } = await mount.view.items(REVOKED);
    const [entry] = items;
    if (!entry) throw new Error("nothing is revoked");
    await mount.view.write([
      { op: "put", address: entry.address, body: { ...(entry.body as JsonObject), issuerId: "gone" }, when: "any" },
    ]);
    await tidy(mount, { tidy_revoked_cert_issuer_associations: true });
    expect((await statusOf(mount)).missing_issuer_cert_count).toBe(1);
    const after = (await mount.view.items(REVOKED)).items[0]?.body as JsonObject;
    expect(after["issuerId"]).toBe((await mount.ask("read", "issuer/one")).data.issuer_id);
  });

  it("removes rows that hold no readable certificate, if it is told to", async () => {
    const mount = await makeAuthority();
    const row = { serial: "0a", certificate: "AAAA", issuerId: "", notAfter: 4_000_000_000 };
    await mount.view.write([certificateWrite(mount.view, row)]);
    await tidy(mount);
    expect(await keysOf(mount)).toHaveLength(2);
    await tidy(mount, { tidy_invalid_certs: true });
    expect(await keysOf(mount)).toHaveLength(1);
  });

  it("removes issuers that ended long ago, but never the default", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "root/generate/internal", {
      common_name: "Old",
      key_type: "ec",
      ttl: "1h",
      issuer_name: "old",
    });
    mount.clock.ms += 3 * HOUR;
    await mount.ask("update", "config/issuers", { default: "old" });
    await tidy(mount, { tidy_expired_issuers: true, issuer_safety_buffer: "1h" });
    expect((await mount.ask("list", "issuers")).data.keys).toHaveLength(2);
    await mount.ask("update", "config/issuers", { default: "one" });
    await tidy(mount, { tidy_expired_issuers: true, issuer_safety_buffer: "1h" });
    expect((await mount.ask("list", "issuers")).data.keys).toHaveLength(1);
  });

  it("that cannot go on says so, and the next run begins from the start", async () => {
    const mount = await makeAuthority();
    const address = mount.view.record("certs", mount.view.tag("0b"));
    await mount.view.write([{ op: "put", address, body: { serial: 7 }, when: "any" }]);
    await tidy(mount);
    expect(await statusOf(mount)).toMatchObject({
      state: "Error",
      error: expect.stringContaining("error running tidy"),
    });
    await mount.view.write([{ op: "delete", address, when: "any" }]);
    await tidy(mount);
    expect((await statusOf(mount)).state).toBe("Finished");
  });

  it.each([
    [{ safety_buffer: 0 }, "safety_buffer must be greater than zero"],
    [{ revoked_safety_buffer: 0 }, "revokedSafetyBuffer must be greater than zero"],
    [{ issuer_safety_buffer: 0 }, "issuer_safety_buffer must be greater than zero"],
    [{ acme_account_safety_buffer: 0 }, "acme_account_safety_buffer must be greater than zero"],
    [{ pause_duration: "abc" }, 'Error parsing pause_duration: time: invalid duration "abc"'],
    [{ pause_duration: "-1s" }, "received invalid, negative pause_duration"],
    [{ page_size: 3 }, "page_size must be greater than five"],
  ])("with %j is refused, and no run begins", async (options, text) => {
    const mount = makeMount();
    await expect(mount.ask("update", "tidy", options)).rejects.toThrow(text);
    expect(await mount.view.get(jobAddress(mount.view))).toBeUndefined();
  });
});

describe("tidying by itself", () => {
  it("begins an interval after it was set up, and again an interval after its end", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue({ hours: 1 });
    const { data } = await mount.ask("update", "config/auto-tidy", {
      enabled: true,
      tidy_cert_store: true,
      interval_duration: "12h",
      safety_buffer: "2h",
    });
    expect(data).toMatchObject({ enabled: true, safety_buffer: 7200, revoked_safety_buffer: 7200, page_size: 1000 });
    mount.clock.ms += 11 * HOUR;
    await mount.tick();
    expect(await keysOf(mount)).toContain(serial);
    mount.clock.ms += HOUR;
    await mount.tick();
    expect(await keysOf(mount)).not.toContain(serial);
    const first = await statusOf(mount);
    mount.clock.ms += 11 * HOUR;
    await mount.tick();
    expect(await statusOf(mount)).toEqual(first);
    mount.clock.ms += HOUR;
    await mount.tick();
    expect((await statusOf(mount)).time_started).not.toBe(first.time_started);
  });

  it.each([
    [{ enabled: true }, "Auto-tidy enabled but no tidy operations were requested."],
    [{ safety_buffer: 0 }, "given safety_buffer must be at least one second; got: 0"],
    [{ page_size: 0 }, "page_size must be at least 5"],
    [{ pause_duration: "x" }, "unable to parse given pause_duration: "],
    [{ publish_stored_certificate_count_metrics: true }, "Can not publish a running storage metrics count"],
  ])("refuses %j", async (options, text) => {
    await expect(makeMount().ask("update", "config/auto-tidy", options)).rejects.toThrow(text);
  });

  it.each([
    ["0", "0s"],
    ["10ms", "10ms"],
    ["1.5s", "1.5s"],
    ["90", "1m30s"],
    ["61.5s", "1m1.5s"],
    ["1ns", "1ms"],
  ])("keeps a pause of %s and shows it as Go does: %s", async (pause_duration, shown) => {
    const mount = makeMount();
    await mount.ask("update", "config/auto-tidy", { pause_duration });
    await mount.ask("update", "config/auto-tidy", {});
    expect((await mount.ask("read", "config/auto-tidy")).data.pause_duration).toBe(shown);
  });

  it("counts certificates by schedule, if it is wanted", async () => {
    const mount = await makeAuthority();
    await mount.issue();
    await mount.tick();
    expect((await statusOf(mount)).current_cert_store_count).toBeNull();
    await mount.ask("update", "config/auto-tidy", { maintain_stored_certificate_counts: true });
    await mount.tick();
    expect(await statusOf(mount)).toMatchObject({ current_cert_store_count: 2, current_revoked_cert_count: 0 });
  });
});
