import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { CrashPoint } from "../../../../src/framework/index.ts";
import { type IdentityServer, makeIdentityServer } from "./support.ts";

let server: IdentityServer;
let dieAt = "";
let survives = 0;

/** Ends the request at the named step, after so many passes, as a killed process would: nothing after it runs. */
const crash: CrashPoint = async (name, fn) => {
  if (name === dieAt && survives-- <= 0) throw new Error(`killed at ${name}`);
  return fn();
};

beforeEach(async () => {
  dieAt = "";
  survives = 0;
  server = await makeIdentityServer({ crash });
});
afterEach(() => server.dynamo.close());

const membersOf = async (group: string): Promise<string[]> =>
  ((await server.call("GET", `identity/group/id/${group}`)).data["member_entity_ids"] as string[] | null) ?? [];

const setMembers = (group: string, ids: readonly string[]) =>
  server.call("POST", `identity/group/id/${group}`, { body: { member_entity_ids: ids } });

describe("a group", () => {
  it("gives its policies to members' living tokens at once, and takes them at once", async () => {
    await server.call("POST", "sys/policies/acl/reader", {
      body: { policy: 'path "kv/*" { capabilities = ["read"] }' },
    });
    const { token, entity } = await server.session("ann");
    const status = async () => (await server.call("GET", "kv/x", { token })).status;
    const group = await server.group("crew", { policies: ["reader"] });
    expect(await status()).toBe(403);

    await setMembers(group, [entity]);
    expect(await status()).toBe(404);

    await setMembers(group, []);
    expect(await status()).toBe(403);
  });

  it("hands policies down through groups below it, and a circle is refused", async () => {
    const { token, entity } = await server.session("deep");
    const bottom = await server.group("bottom", { member_entity_ids: [entity] });
    const middle = await server.group("middle", { member_group_ids: [bottom] });
    await server.group("top", { member_group_ids: [middle], policies: ["from-the-top"] });
    const circle = await server.call("POST", `identity/group/id/${bottom}`, { body: { member_group_ids: [middle] } });

    const { data } = await server.call("GET", "auth/token/lookup-self", { token });

    expect(data["identity_policies"]).toEqual(["from-the-top"]);
    expect([circle.status, circle.body["errors"]]).toEqual([
      400,
      [`cyclic relationship detected for member group ID "${middle}"`],
    ]);
  });

  it("never closes a circle, even when both halves are asked for at once", async () => {
    const [a, b] = [await server.group("a"), await server.group("b")];

    const answers = await Promise.all([
      server.call("POST", `identity/group/id/${a}`, { body: { member_group_ids: [b] } }),
      server.call("POST", `identity/group/id/${b}`, { body: { member_group_ids: [a] } }),
    ]);

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
  });

  it("has one holder of a name, even when several ask at once", async () => {
    const answers = await Promise.all(
      ["Crew", "crew", "CREW"].map((name) => server.call("POST", `identity/group/name/${name}`, { body: {} })),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 204, 204]);
    expect((await server.call("LIST", "identity/group/id")).data["keys"]).toHaveLength(1);
  });

  it("takes a thousand members, changes one, and lets them all go at once", async () => {
    const ids = await server.people(1000);
    const group = await server.group("crowd", { policies: ["crowd"] });

    expect((await setMembers(group, ids)).status).toBe(204);
    expect(await membersOf(group)).toEqual([...ids].sort());

    await setMembers(group, ids.slice(1));
    expect(await membersOf(group)).toHaveLength(999);

    await setMembers(group, []);
    expect(await membersOf(group)).toEqual([]);
    expect((await server.call("GET", `identity/entity/id/${ids[7]}`)).data["group_ids"]).toEqual([]);
  });
});

describe("a change of many members that is cut short", () => {
  it("has no effect while it is being prepared, and asking again completes it", async () => {
    const ids = await server.people(60);
    const group = await server.group("cut", { policies: ["cut"], member_entity_ids: ids.slice(0, 2) });
    dieAt = "identity.members.stage";
    survives = 1;
    expect((await setMembers(group, ids.slice(2))).status).toBe(500);
    dieAt = "";

    expect(await membersOf(group)).toEqual(ids.slice(0, 2).sort());
    const staged = await server.call("GET", `identity/entity/id/${ids[2]}`);
    expect(staged.data["group_ids"]).toEqual([]);

    await setMembers(group, ids.slice(2));
    expect(await membersOf(group)).toEqual(ids.slice(2).sort());
  });

  it("is in force whole once it was switched, and what it left is swept by the next change of any group", async () => {
    const ids = await server.people(60);
    const group = await server.group("switched", { member_entity_ids: ids });
    dieAt = "identity.members.sweep";
    await setMembers(group, []);
    dieAt = "";
    expect(await membersOf(group)).toEqual([]);
    const left = async () =>
      [...(await server.core.config.snapshot()).settings.keys()].filter((key) => /sweep/.test(key));
    expect(await left()).toHaveLength(1);

    await server.group("any other");

    expect(await left()).toEqual([]);
  });

  it("is swept in time when it was never switched", async () => {
    const ids = await server.people(60);
    const group = await server.group("abandoned");
    dieAt = "identity.group.switch";
    await setMembers(group, ids);
    dieAt = "";
    server.clock.advance(16 * 60_000);

    await server.group("any other");

    const stored = await server.core.store.get([await server.core.identity.entityAddress(String(ids[0]))]);
    expect(stored[0]?.body).toMatchObject({ memberships: [] });
  });
});
