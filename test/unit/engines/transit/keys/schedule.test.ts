import { describe, expect, it } from "@jest/globals";
import { createMount, HOUR, whole } from "./support/mount.ts";

const DAY = 24 * HOUR;

describe("rotation by schedule", () => {
  it("makes a version once the latest has its age, and not before", async () => {
    const mount = createMount();
    await mount.make("k", { auto_rotate_period: "24h" });

    mount.clock.advance(DAY - 1);
    await mount.keep();
    expect((await mount.key("k")).stored.latest).toBe(1);
    mount.clock.advance(1);
    await mount.keep();
    await mount.keep();
    expect((await mount.key("k")).stored.latest).toBe(2);
    mount.clock.advance(DAY - 1);
    await mount.keep();
    expect((await mount.key("k")).stored.latest).toBe(2);
  });

  it("makes one version where many periods have passed", async () => {
    const mount = createMount();
    await mount.make("k", { auto_rotate_period: "1h" });

    mount.clock.advance(30 * DAY);
    await mount.keep();
    await mount.keep();

    expect((await mount.key("k")).stored.latest).toBe(2);
  });

  it("counts from the latest version, also from one made by hand", async () => {
    const mount = createMount();
    await mount.make("k", { auto_rotate_period: "24h" });
    mount.clock.advance(DAY - 1);
    await mount.request("update", "keys/k/rotate");

    mount.clock.advance(DAY - 1);
    await mount.keep();
    expect((await mount.key("k")).stored.latest).toBe(2);
    mount.clock.advance(1);
    await mount.keep();
    expect((await mount.key("k")).stored.latest).toBe(3);
  });

  it("follows the period as it is configured: shorter, longer, and none", async () => {
    const mount = createMount();
    for (const name of ["short", "long", "none"]) await mount.make(name, { auto_rotate_period: "48h" });
    await mount.request("update", "keys/short/config", { auto_rotate_period: "1h" });
    await mount.request("update", "keys/long/config", { auto_rotate_period: "96h" });
    await mount.request("update", "keys/none/config", { auto_rotate_period: 0 });

    mount.clock.advance(HOUR);
    await mount.keep();
    const latest = async () =>
      Object.fromEntries(
        await Promise.all(["short", "long", "none"].map(async (name) => [name, (await mount.key(name)).stored.latest])),
      );
    expect(await latest()).toEqual({ short: 2, long: 1, none: 1 });
    mount.clock.advance(4 * DAY);
    await mount.keep();
    expect(await latest()).toEqual({ short: 3, long: 2, none: 1 });
  });

  it("ends with the key: nothing of a deleted key stays on the schedule", async () => {
    const mount = createMount();
    await mount.make("k", { auto_rotate_period: "1h" });
    await mount.request("update", "keys/k/config", { deletion_allowed: true });
    await mount.request("delete", "keys/k");

    expect(mount.view.keys()).toEqual([]);
    mount.clock.advance(DAY);
    await mount.keep();
    expect(mount.view.keys()).toEqual([]);
  });

  it("passes over imported keys that may not be rotated here, and says of one that may that it is imported no more", async () => {
    const mount = createMount();
    const pem =
      "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----";
    await mount.request("update", "keys/fixed/import", { type: "ed25519", public_key: pem });
    await mount.request("update", "keys/fixed/config", { auto_rotate_period: "1h" });
    const free = { type: "ed25519", public_key: pem, allow_rotation: true, auto_rotate_period: "1h" };
    await mount.request("update", "keys/free/import", free);

    mount.clock.advance(HOUR);
    await mount.keep();

    expect((await mount.key("fixed")).stored).toMatchObject({ latest: 1, imported: true });
    expect((await mount.key("free")).stored).toMatchObject({ latest: 2, imported: false });
  });

  it("stops at its deadline and goes on the next time", async () => {
    const mount = createMount();
    for (let n = 0; n < 12; n += 1) await mount.make(`k${n}`, { auto_rotate_period: "1h" });
    mount.clock.advance(HOUR);
    const { write } = mount.view;
    const slow = {
      ...mount.view,
      write: async (writes: Parameters<typeof write>[0]) => {
        mount.clock.advance(1000);
        await write(writes);
      },
    };
    const deadline = mount.clock.now() + 4000;
    Object.assign(mount.cx, { storage: slow });

    await mount.keep(deadline);
    const names = await mount.view.list("key/");
    const rotated = async () =>
      (await Promise.all(names.map((name) => mount.key(name)))).filter(({ stored }) => stored.latest > 1);
    expect((await rotated()).length).toBeLessThan(8);
    await mount.keep();
    expect((await rotated()).length).toBe(12);
  });

  it("goes on with the others where one key cannot be rotated, and tells of it", async () => {
    const mount = createMount({
      crash: (step, run) => (step === "transit.rotate.due" && failing ? failOnce(run) : run()),
    });
    let failing = false;
    const failOnce = <T>(_: () => Promise<T>): Promise<T> => {
      failing = false;
      return Promise.reject(new Error("out of luck"));
    };
    for (const name of ["a", "b", "c"]) await mount.make(name, { auto_rotate_period: "1h" });
    mount.clock.advance(HOUR);
    failing = true;

    await expect(mount.keep()).rejects.toMatchObject({ reason: "keys not rotated: 1; the first: internal error" });
    const latest = await Promise.all(["a", "b", "c"].map(async (name) => (await mount.key(name)).stored.latest));
    expect(latest.filter((one) => one === 2)).toHaveLength(2);
    await mount.keep();
    expect((await whole(await mount.key("a"))).size).toBe(2);
  });

  it("reads what is due by today, and nothing else of ten thousand keys", async () => {
    const mount = createMount();
    for (let n = 0; n < 9_990; n += 1) await mount.make(`idle${n}`, n % 2 === 0 ? {} : { auto_rotate_period: "8760h" });
    for (let n = 0; n < 10; n += 1) await mount.make(`due${n}`, { auto_rotate_period: "24h" });
    mount.clock.advance(DAY);
    mount.view.calls.splice(0);

    await mount.keep();

    const read = mount.view.calls.filter(({ kind }) => kind === "get");
    // The ten in one read to see that they are due, and each once more when it is changed.
    expect(read.reduce((sum, { members }) => sum + members, 0)).toBe(20);
    expect(mount.view.calls.filter(({ kind }) => kind === "query")).toHaveLength(3);
    expect(mount.view.calls.filter(({ kind }) => kind === "write")).toHaveLength(10);
    mount.view.calls.splice(0);
    await mount.keep();
    expect(mount.view.calls.filter(({ kind }) => kind !== "query")).toEqual([]);
  });
});
