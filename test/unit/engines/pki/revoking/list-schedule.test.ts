import { describe, expect, it } from "@jest/globals";
import { removeIssuer } from "../../../../../src/engines/pki/authorities/issuer-removal.ts";
import { HOUR, listOf, makeAuthority, makeMount, revoke, START } from "./fixture.ts";

/** What the schedule does for lists: when they are made again, which, and when it is said that one has ended. */

describe("lists by schedule", () => {
  const scheduled = { auto_rebuild: true, enable_delta: true, expiry: "72h" };

  it("of changes miss none, though tidying took off as many as came", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "config/crl", scheduled);
    await listOf(mount);
    await revoke(mount, await mount.issue({ hours: 1 }));
    await mount.ask("read", "crl/rotate-delta");
    mount.clock.ms += 10 * HOUR;
    await mount.ask("update", "tidy", { tidy_revoked_certs: true, safety_buffer: "1h" });
    const serial = await mount.issue();
    await revoke(mount, serial);
    await mount.tick();
    expect((await listOf(mount, "crl/delta")).serials).toEqual([serial]);
  });

  it("go with the last issuer: nobody is told that they ended", async () => {
    const mount = await makeAuthority();
    await listOf(mount);
    await removeIssuer("one", mount.cx);
    mount.clock.ms += 80 * HOUR;
    await mount.tick();
    await mount.tick();
    expect(mount.signals).toEqual([]);
  });

  it("that nobody may sign any more are signalled, and the others not signed again each time", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "root/generate/internal", { common_name: "Two", key_type: "ec", issuer_name: "two" });
    await listOf(mount, "issuer/two/crl/der");
    await mount.ask("update", "issuer/two", { issuer_name: "two", usage: "issuing-certificates" });
    mount.clock.ms += 80 * HOUR;
    await mount.tick();
    expect(mount.signals).toEqual(["revocation-list-overdue"]);
    const { number } = await listOf(mount);
    await mount.tick();
    expect((await listOf(mount)).number).toBe(number);
  });

  it("change in the grace period before their end; changes have a list of their own meanwhile", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "config/crl", scheduled);
    const { number } = await listOf(mount);
    const serial = await mount.issue({ hours: 200 });
    await revoke(mount, serial);
    expect((await listOf(mount)).serials).toEqual([]);
    await mount.tick();
    expect((await listOf(mount, "crl/delta")).serials).toEqual([]);
    mount.clock.ms += 16 * 60_000;
    await mount.tick();
    const delta = await listOf(mount, "crl/delta");
    expect(delta).toEqual({ serials: [serial], number: number + 2, base: number });
    mount.clock.ms += 16 * 60_000;
    await mount.tick();
    // Nothing is new: no list is signed again.
    expect(await listOf(mount, "crl/delta")).toEqual(delta);
    mount.clock.ms = START + 61 * HOUR;
    await mount.tick();
    expect((await listOf(mount)).serials).toEqual([serial]);
    expect((await listOf(mount, "crl/delta")).serials).toEqual([]);
    expect(mount.signals).toEqual([]);
  });

  it("are renewed before their end without a schedule of their own, too", async () => {
    const mount = await makeAuthority();
    const { number } = await listOf(mount);
    mount.clock.ms += 64 * HOUR;
    await mount.tick();
    expect((await listOf(mount)).number).toBeGreaterThan(number);
  });

  it("that ended all the same are signalled", async () => {
    const mount = await makeAuthority();
    await listOf(mount);
    const [keyId] = (await mount.ask("list", "keys")).data.keys;
    mount.clock.ms += 80 * HOUR;
    await mount.view.write([{ op: "delete", address: mount.view.at(`key/${keyId}`), when: "any" }]);
    const next = makeMount({ view: mount.view, clock: mount.clock });
    await expect(next.tick()).rejects.toThrow();
    expect(next.signals).toEqual(["revocation-list-overdue"]);
  });

  it("are rotated by hand, each kind for itself", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "config/crl", scheduled);
    const serial = await mount.issue();
    await revoke(mount, serial);
    await mount.ask("read", "crl/rotate-delta");
    expect((await listOf(mount, "crl/delta")).serials).toEqual([serial]);
    expect((await listOf(mount)).serials).toEqual([]);
    await mount.ask("read", "crl/rotate");
    expect((await listOf(mount)).serials).toEqual([serial]);
  });
});
