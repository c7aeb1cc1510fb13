import { beforeAll, describe, expect, it } from "@jest/globals";
import { createDocumentSigner, type DocumentSigner } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { createKiller, Killed } from "../../../../support/crash.ts";
import { NOW, wireOf } from "../support.ts";
import { type Ec2World, ec2World, ID, STARTED, STARTED_TEXT } from "./support.ts";

/** S25 and V43: trust on first use. Who logged in first for an instance stays its client, whoever else has its document. */

let signer: DocumentSigner;
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
});
const world = (role: JsonObject = {}): Promise<Ec2World> => ec2World(signer, role);
const entryOf = async (w: Ec2World): Promise<JsonObject> => (await w.request("read", `identity-accesslist/${ID}`)).data;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MISMATCH = "client nonce mismatch";
const DISABLED = "reauthentication is disabled";

describe("the first login of an instance", () => {
  it("without a nonce is given one, once", async () => {
    const w = await world();
    const grant = await w.enter();
    const nonce = grant.shownOnce?.["nonce"];
    expect(nonce).toMatch(UUID);
    expect(JSON.stringify([grant.metadata, grant.internal, grant.alias])).not.toContain(nonce);
    expect((await w.enter({ nonce: String(nonce) })).shownOnce).toBeUndefined();
  });

  it("with a nonce leaves it, and is not told it again", async () => {
    const w = await world();
    expect((await w.enter({ nonce: "abc" })).shownOnce).toBeUndefined();
    expect(await entryOf(w)).toEqual({
      role: "web",
      client_nonce: "abc",
      creation_time: "2026-03-04T05:06:07.000000000Z",
      disallow_reauthentication: false,
      pending_time: STARTED_TEXT,
      expiration_time: "2026-04-05T05:06:07.000000000Z",
      last_updated_time: "2026-03-04T05:06:07.000000000Z",
    });
  });

  it.each([
    ["36 an empty nonce", {}, { nonce: "" }],
    ["a null nonce", {}, { nonce: null }],
    ["the nonce that stands for none", {}, { nonce: "reauthentication-disabled-nonce" }],
    ["a role that disallows re-authentication", { disallow_reauthentication: true }, {}],
    ["such a role, and a nonce", { disallow_reauthentication: true }, { nonce: "abc" }],
    ["such a role, and a nonce of any length", { disallow_reauthentication: true }, { nonce: "x".repeat(200) }],
  ])("%s: is the last", async (_, role, fields) => {
    const w = await world(role);
    expect((await w.enter(fields)).shownOnce).toBeUndefined();
    expect(await entryOf(w)).toMatchObject({ client_nonce: "", disallow_reauthentication: true });
    await w.write("role/web", { disallow_reauthentication: false, allow_instance_migration: true });
    for (const nonce of ["", "abc", "reauthentication-disabled-nonce"])
      expect(await wireOf(w.enter({ nonce }, { started: STARTED + 1000 }))).toBe(DISABLED);
    expect(await wireOf(w.enter())).toBe(DISABLED);
  });

  it("37 takes a nonce of 128 bytes and no longer one", async () => {
    const w = await world();
    const text = "client nonce exceeding the limit of 128 characters";
    expect(await wireOf(w.enter({ nonce: "x".repeat(129) }))).toBe(text);
    expect(await wireOf(w.enter({ nonce: "é".repeat(65) }))).toBe(text);
    expect((await w.request("list", "identity-accesslist")).status).toBe(404);
    await w.enter({ nonce: "x".repeat(128) });
  });

  it("lasts as long as the longest of the lives that a token may have", async () => {
    const w = await world({ token_max_ttl: 2764800 + 3600 });
    await w.enter({ nonce: "n" });
    expect((await entryOf(w))["expiration_time"]).toBe("2026-04-05T06:06:07.000000000Z");
  });
});

describe("a later login of the instance", () => {
  it("35 without the nonce is refused", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    expect(await wireOf(w.enter())).toBe(MISMATCH);
  });

  it.each([
    "ABC",
    "abc ",
    " abc",
    "abc\u0000",
    "ab\u0063\u0301",
    "abç".normalize("NFD"),
    "a\u0062\u0327c",
    "aa",
    "abcd",
  ])("V43 is refused with another spelling of it: %j", async (nonce) => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    expect(await wireOf(w.enter({ nonce }))).toBe(MISMATCH);
  });

  it("V43 tells nonces apart that look the same", async () => {
    const w = await world();
    await w.enter({ nonce: "caf\u00e9" });
    expect(await wireOf(w.enter({ nonce: "cafe\u0301" }))).toBe(MISMATCH);
    await w.enter({ nonce: "caf\u00e9" });
  });

  it("with the nonce succeeds after a reboot, and after a stop and start", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    w.clock.advance(60_000);
    await w.enter({ nonce: "abc" });
    await w.enter({ nonce: "abc" }, { started: STARTED + 5000 });
    expect(await entryOf(w)).toMatchObject({
      creation_time: "2026-03-04T05:06:07.000000000Z",
      last_updated_time: "2026-03-04T05:07:07.000000000Z",
      pending_time: "2026-03-04T04:06:12Z",
    });
  });

  it("S25 with an older document is refused, the nonce right or not", async () => {
    const older = { started: STARTED - 1000 };
    const w = await world();
    await w.enter({ nonce: "abc" });
    expect(await wireOf(w.enter({ nonce: "abc" }, older))).toBe(
      "instance meta-data is older than the one used for previous login",
    );
    expect(await wireOf(w.enter({ nonce: "x" }, older))).toBe(MISMATCH);
  });

  it("turns re-authentication off for good when the role does by then", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    await w.write("role/web", { disallow_reauthentication: true });
    await w.enter({ nonce: "abc" });
    await w.write("role/web", { disallow_reauthentication: false });
    expect(await wireOf(w.enter({ nonce: "abc" }))).toBe(DISABLED);
  });

  it("is the first again once an operator has removed the entry", async () => {
    const w = await world();
    await w.enter({ nonce: "" });
    await w.request("delete", `identity-accesslist/${ID}`);
    await w.enter({ nonce: "new" });
  });

  it("is refused where the entry has lost its nonce", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    const address = w.view.at(`identity-accesslist/${ID}`);
    const entry = await w.view.get(address);
    const body = { ...(entry?.body as JsonObject), client_nonce: "" };
    await w.view.write([{ op: "put", address, body, when: "any" }]);
    expect(await wireOf(w.enter({ nonce: "abc" }))).toBe("client nonce missing in stored identity");
  });

  it("S25 of another instance is its own first: a nonce opens nothing but the instance it was left for", async () => {
    const w = await world();
    const other = "i-0ffffffffffffffff";
    const own = w.accounts["111111111111"];
    if (own?.instances[ID]) own.instances[other] = { ...own.instances[ID], id: other };
    await w.enter({ nonce: "abc" });
    await w.enter({ nonce: "def" }, { instanceId: other });
    expect(await wireOf(w.enter({ nonce: "def" }))).toBe(MISMATCH);
  });
});

describe("a migrated instance, where the role allows it", () => {
  const migrating = () => world({ allow_instance_migration: true });
  const newer = { started: STARTED + 1000 };

  it("logs in with a new nonce, which is the one that counts from then on", async () => {
    const w = await migrating();
    await w.enter({ nonce: "old" });
    await w.enter({ nonce: "new" }, newer);
    expect(await entryOf(w)).toMatchObject({ client_nonce: "new", role: "web" });
    await w.enter({ nonce: "new" }, newer);
    expect(await wireOf(w.enter({ nonce: "old" }, newer))).toBe(
      "client nonce mismatch and instance meta-data incorrect",
    );
  });

  it("without a nonce is given one", async () => {
    const w = await migrating();
    await w.enter({ nonce: "old" });
    const nonce = (await w.enter({}, newer)).shownOnce?.["nonce"];
    expect(nonce).toMatch(UUID);
    await w.enter({ nonce: String(nonce) }, newer);
  });

  it.each([0, -1000])("S25 is refused with a document that is not newer (%d ms)", async (by) => {
    const w = await migrating();
    await w.enter({ nonce: "old" });
    expect(await wireOf(w.enter({ nonce: "new" }, { started: STARTED + by }))).toBe(
      "client nonce mismatch and instance meta-data incorrect",
    );
  });
});

describe("S25 two first logins at once", () => {
  it("have one winner, whose nonce alone is kept, however they interleave", async () => {
    for (const racers of [2, 8]) {
      const w = await world();
      w.view.pause = () => new Promise((resolve) => setImmediate(resolve));
      const nonces = Array.from({ length: racers }, (_, index) => `nonce-${index}`);
      const outcomes = await Promise.allSettled(nonces.map((nonce) => w.enter({ nonce })));
      const winners = nonces.filter((_, index) => outcomes[index]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      expect(await entryOf(w)).toMatchObject({ client_nonce: winners[0] });
    }
  });

  it("without nonces have one winner that is told one", async () => {
    const w = await world();
    w.view.pause = () => new Promise((resolve) => setImmediate(resolve));
    const outcomes = await Promise.allSettled([w.enter(), w.enter(), w.enter()]);
    const told = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.shownOnce?.["nonce"]] : []));
    expect(told).toHaveLength(1);
    expect(await entryOf(w)).toMatchObject({ client_nonce: told[0] });
  });

  it("of one client with one nonce both succeed", async () => {
    const w = await world();
    w.view.pause = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all([w.enter({ nonce: "same" }), w.enter({ nonce: "same" })]);
  });
});

describe("a program that dies at the access list", () => {
  it.each(["before", "after"] as const)("%s the write lets no second caller in", async (when) => {
    const w = await world();
    const killer = createKiller();
    killer.kill("ec2-login.access-list", when);
    await expect(w.enter({ nonce: "mine" }, {}, { crash: killer.crash })).rejects.toThrow(Killed);
    const stranger = w.enter({ nonce: "stranger" });
    if (when === "before") await stranger;
    else {
      expect(await wireOf(stranger)).toBe(MISMATCH);
      // the client that died comes back with its own nonce
      await w.enter({ nonce: "mine" });
    }
  });
});

describe("what is on the list", () => {
  it.each(["identity-accesslist", "identity-whitelist"])("is listed, read and removed as %s", async (path) => {
    const w = await world();
    expect((await w.request("list", path)).status).toBe(404);
    expect((await w.request("read", `${path}/${ID}`)).status).toBe(404);
    await w.enter({ nonce: "abc" });
    expect((await w.request("list", path)).data).toEqual({ keys: [ID] });
    expect((await w.request("read", `${path}/${ID}`)).data).toMatchObject({ client_nonce: "abc" });
    expect(await w.request("delete", `${path}/${ID}`)).toMatchObject({ status: 204 });
    expect((await w.request("list", path)).status).toBe(404);
  });

  it("counts after its expiration for the safety buffer, and is gone after it whether or not it was removed", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    w.clock.advance((2_764_800 + 259_200) * 1000);
    expect(await wireOf(w.enter({ nonce: "x" }))).toBe(MISMATCH);
    expect((await w.request("list", "identity-accesslist")).data).toEqual({ keys: [ID] });
    w.clock.advance(1);
    expect((await w.request("list", "identity-accesslist")).status).toBe(404);
    expect((await w.request("read", `identity-accesslist/${ID}`)).status).toBe(404);
    expect(w.view.keys().some((key) => key.includes(ID))).toBe(true);
    await w.enter({ nonce: "x" });
  });

  it("counts forever where periodic tidying is turned off, and for as long as is configured", async () => {
    const w = await world();
    await w.enter({ nonce: "abc" });
    await w.write("config/tidy/identity-accesslist", { disable_periodic_tidy: true, safety_buffer: 0 });
    w.clock.advance(10 * 365 * 86_400_000);
    expect(await wireOf(w.enter({ nonce: "x" }))).toBe(MISMATCH);
    await w.write("config/tidy/identity-accesslist", { disable_periodic_tidy: false });
    await w.enter({ nonce: "x" });
  });
});
