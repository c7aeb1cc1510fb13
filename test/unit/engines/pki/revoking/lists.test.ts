import { describe, expect, it } from "@jest/globals";
import { REVOKED } from "../../../../../src/engines/pki/model.ts";
import { sweepParts } from "../../../../../src/engines/pki/revoking/lists/stored.ts";
import { revokeCertificate } from "../../../../../src/engines/pki/revoking/revoke.ts";
import { revocationWrites, UNLISTED } from "../../../../../src/engines/pki/revoking/rows.ts";
import { createKiller, Killed } from "../../../../support/crash.ts";
import { bytesOf, HOUR, listOf, type Mount, makeAuthority, makeMount, revoke, START } from "./fixture.ts";

/** Lists of the revoked: what is on them and when, under crashes, races and great numbers. */

describe("a revocation", () => {
  it("is on the list when it is answered, under the next number", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    expect(await listOf(mount)).toEqual({ serials: [], number: 1, base: undefined });
    expect((await revoke(mount, serial)).data.state).toBe("revoked");
    expect(await listOf(mount)).toEqual({ serials: [serial], number: 3, base: undefined });
    expect(await listOf(mount, "crl/delta")).toEqual({ serials: [], number: 4, base: 3 });
  });

  it("keeps its time, and signs no second list", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    await listOf(mount);
    const first = await revoke(mount, serial);
    mount.clock.ms += HOUR;
    expect((await revoke(mount, serial)).data).toEqual(first.data);
    expect((await listOf(mount)).number).toBe(3);
  });

  it("of two processes at once has one time", async () => {
    const one = await makeAuthority();
    const serial = await one.issue();
    const other = makeMount({ view: one.view, clock: { ms: 0, now: () => START + 5000 } });
    const answers = await Promise.all([revoke(one, serial), revoke(other, serial)]);
    expect(new Set(answers.map(({ data }) => data.revocation_time)).size).toBe(1);
    expect((await listOf(one)).serials).toEqual([serial]);
  });

  it("of thirty certificates by three processes at once is never answered before it is listed; numbers only grow", async () => {
    const first = await makeAuthority();
    const processes = [first, ...[1, 2].map(() => makeMount({ view: first.view, clock: first.clock }))];
    const serials: string[] = [];
    for (let at = 0; at < 30; at += 1) serials.push(await first.issue());
    const numbers: number[] = [];
    let turn = 0;
    first.view.pause = async () => {
      turn += 1;
      for (let yields = turn % 5; yields > 0; yields -= 1) await Promise.resolve();
    };
    await Promise.all(
      serials.map(async (serial, at) => {
        const mount = processes[at % processes.length] ?? first;
        await revoke(mount, serial);
        const list = await listOf(mount);
        numbers.push(list.number);
        expect(list.serials).toContain(serial);
      }),
    );
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    const last = await listOf(first);
    expect([...last.serials].sort()).toEqual([...serials].sort());
    // Far fewer lists than revocations: who waits finds that another build had everything.
    expect(last.number).toBeLessThan(2 * serials.length);
  });

  it("of a certificate that has ended is refused with a warning, unless the settings say otherwise", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue({ hours: 1 });
    mount.clock.ms += 2 * HOUR;
    const refused = await revoke(mount, serial);
    expect([refused.status, refused.data]).toEqual([200, undefined]);
    expect(refused.warnings[0]).toContain("already expired; refusing to add to CRL");
    await mount.ask("update", "config/crl", { allow_expired_cert_revocation: true });
    await revoke(mount, serial);
    expect((await listOf(mount)).serials).toEqual([serial]);
  });

  it("with a reason writes it into the list", async () => {
    const mount = await makeAuthority();
    await revokeCertificate(mount.cx, { serial: await mount.issue(), reason: 1 });
    expect(
      Buffer.from(bytesOf(await mount.ask("read", "crl"))).includes(Buffer.from("0603551d1504030a0101", "hex")),
    ).toBe(true);
  });
});

describe("a crash", () => {
  const cases = ["pki.revoke", "pki.lists.swap", "pki.lists.forget"].flatMap((step) =>
    (["before", "after"] as const).map((when) => [when, step] as const),
  );
  it.each(cases)("%s %s loses nothing and lists nothing twice: the next revocation mends it", async (when, step) => {
    const killer = createKiller();
    const mount = await makeAuthority({ crash: killer.crash });
    const [one, two] = [await mount.issue(), await mount.issue()];
    await listOf(mount);
    killer.kill(step, when);
    await expect(revoke(mount, one)).rejects.toThrow(Killed);
    const next = makeMount({ view: mount.view, clock: mount.clock });
    await revoke(next, two);
    const isRevoked = (await next.view.items(REVOKED)).items.length === 2;
    expect([...(await listOf(next)).serials].sort()).toEqual(isRevoked ? [one, two].sort() : [two]);
    expect((await next.view.items(UNLISTED)).items).toEqual([]);
    expect(isRevoked).toBe(!(step === "pki.revoke" && when === "before"));
  });

  it("between row and list is mended by the schedule, and by asking again", async () => {
    for (const mend of [(mount: Mount) => mount.tick(), (mount: Mount, serial: string) => revoke(mount, serial)]) {
      const killer = createKiller();
      const mount = await makeAuthority({ crash: killer.crash });
      const serial = await mount.issue();
      await listOf(mount);
      killer.kill("pki.revoke", "after");
      await expect(revoke(mount, serial)).rejects.toThrow(Killed);
      const next = makeMount({ view: mount.view, clock: mount.clock });
      expect((await listOf(next)).serials).toEqual([]);
      await mend(next, serial);
      expect((await listOf(next)).serials).toEqual([serial]);
    }
  });

  const again = (mount: Mount) => mount.ask("update", "config/crl", { disable: false });
  it.each([
    ["asking again", again],
    ["the schedule", (mount: Mount) => mount.tick()],
    ["the next revocation", async (mount: Mount) => revoke(mount, await mount.issue())],
  ])("between settings and lists is mended by %s", async (_, mend) => {
    const killer = createKiller();
    const mount = await makeAuthority({ crash: killer.crash });
    const serial = await mount.issue();
    await revoke(mount, serial);
    await mount.ask("update", "config/crl", { disable: true });
    expect((await listOf(mount)).serials).toEqual([]);
    killer.kill("pki.lists.swap", "before");
    await expect(again(mount)).rejects.toThrow(Killed);
    const next = makeMount({ view: mount.view, clock: mount.clock });
    await mend(next);
    expect((await listOf(next)).serials).toContain(serial);
  });

  it("does not let the schedule take the first parts of a list that is being written", async () => {
    const mount = await makeAuthority();
    await listOf(mount);
    const body = { der: "", written: mount.clock.ms };
    const address = mount.view.at("crl/part/being-written/1");
    await mount.view.write([{ op: "put", address, body, when: "absent" }]);
    await sweepParts(mount.cx, await mount.head());
    expect(await mount.view.get(address)).toBeDefined();
    mount.clock.ms += 2 * HOUR;
    await sweepParts(mount.cx, await mount.head());
    expect(await mount.view.get(address)).toBeUndefined();
  });

  it("leaves parts behind that the schedule removes an hour later, and none that are read", async () => {
    const killer = createKiller();
    const mount = await makeAuthority({ crash: killer.crash });
    await listOf(mount);
    killer.kill("pki.lists.swap", "before");
    await expect(revoke(mount, await mount.issue())).rejects.toThrow(Killed);
    const next = makeMount({ view: mount.view, clock: mount.clock });
    mount.clock.ms += 71 * HOUR;
    await next.tick();
    const parts = await mount.view.list("crl/part/");
    expect(parts).toHaveLength(2);
    expect((await listOf(next)).serials).toHaveLength(1);
  });

  it("that loses the parts of a list is mended when it is read", async () => {
    const mount = await makeAuthority();
    const serial = await mount.issue();
    await revoke(mount, serial);
    for (const version of await mount.view.list("crl/part/")) {
      await mount.view.write([{ op: "delete", address: mount.view.at(`crl/part/${version}0`), when: "any" }]);
    }
    const next = makeMount({ view: mount.view, clock: mount.clock });
    expect((await listOf(next)).serials).toEqual([serial]);
  });
});

describe("a list for those who have one", () => {
  const since = async (mount: Mount, time?: string) => {
    if (time) mount.headers["if-modified-since"] = [time];
    else delete mount.headers["if-modified-since"];
    const { status, reply } = await mount.ask("read", "crl");
    return { status, time: reply?.headers?.["last-modified"] ?? "" };
  };

  it("is not sent again while it is the same, and is when it changed within a second, or by a clock that is behind", async () => {
    const mount = await makeAuthority();
    mount.clock.ms += 300;
    const behind = makeMount({ view: mount.view, clock: { ms: 0, now: () => mount.clock.ms - 90_000 } });
    let { time } = await since(mount);
    expect(Date.parse(time)).toBeLessThanOrEqual(mount.clock.ms);
    for (const process of [mount, behind, mount]) {
      await revoke(process, await mount.issue());
      const next = await since(mount, time);
      expect(next.status).toBe(200);
      time = next.time;
    }
    mount.clock.ms += 10_000;
    ({ time } = await since(mount, time));
    expect(await since(mount, time)).toEqual({ status: 304, time });
  });

  it("is sent where another issuer became the default", async () => {
    const mount = await makeAuthority();
    await mount.ask("update", "root/generate/internal", { common_name: "Two", key_type: "ec", issuer_name: "two" });
    await listOf(mount);
    for (let at = 0; at < 3; at += 1) await revoke(mount, await mount.issue());
    mount.clock.ms += 10_000;
    const { time } = await since(mount);
    await mount.ask("update", "config/issuers", { default: "two" });
    expect((await since(mount, time)).status).toBe(200);
  });
});

describe("a list of 40,000", () => {
  it("is kept in several entries, goes on from its own bytes, and costs one call once it was read", async () => {
    const mount = await makeAuthority();
    const { view } = mount;
    const { data } = await mount.ask("read", "issuer/default");
    const many = Array.from({ length: 40_000 }, (_, at) => ({
      serial: (at + 0x10000000)
        .toString(16)
        .padStart(40, "7")
        .replace(/(..)(?=.)/g, "$1:"),
      certificate: "",
      issuerId: data.issuer_id,
      notAfter: Math.floor(START / 1000) + 86_400,
      revoked: START,
      reason: 0,
    }));
    for (const row of many) await view.write(revocationWrites(view, row));
    const items = view.items;
    // The table in memory sorts all there is for each page: read it once.
    const all = new Map<string, Awaited<ReturnType<typeof items>>>();
    view.items = async (path, options = {}) => {
      const page = all.get(path) ?? (await items(path, { limit: 1_000_000 }));
      all.set(path, page);
      if (path === UNLISTED) all.delete(path);
      return options.prefix === undefined || options.prefix === "" ? page : { items: [] };
    };
    expect((await listOf(mount)).serials).toHaveLength(40_000);
    const { lists } = await mount.head();
    expect(Object.values(lists)[0]?.complete?.parts).toBeGreaterThan(1);

    const cold = makeMount({ view, clock: mount.clock });
    view.calls.length = 0;
    const first = bytesOf(await cold.ask("read", "crl"));
    expect(view.calls.map(({ kind, members }) => [kind, members])).toEqual([
      ["get", 2],
      ["get", Object.values(lists)[0]?.complete?.parts],
    ]);
    view.calls.length = 0;
    expect(Buffer.from(bytesOf(await cold.ask("read", "crl"))).equals(Buffer.from(first))).toBe(true);
    expect(view.calls).toHaveLength(1);

    view.calls.length = 0;
    await revoke(cold, await cold.issue());
    expect((await listOf(cold)).serials).toHaveLength(40_001);
    // Not a thousand rows were read for it.
    expect(view.calls.filter(({ kind }) => kind === "query")).toHaveLength(1);
  });
});
