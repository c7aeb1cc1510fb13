import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SETTINGS } from "../../../../src/core/config/settings.ts";
import { createKiller, type Killer, MODES } from "../../../support/crash.ts";
import { authOf, enrolled, errorOf, makeWorld, type World } from "./support.ts";

/** A login that waits for its codes: what ends it, and what a crash leaves of it. */

let world: World;
let killer: Killer;
beforeAll(async () => {
  killer = createKiller();
  world = await makeWorld({ crash: killer.crash });
});
afterEach(async () => {
  killer.revive();
  await world.release();
});
afterAll(() => world.server.dynamo.close());

const DENIED = [403, "permission denied"];

describe("a login that may not have its token any more is refused, with the right code", () => {
  const refused = async (change: (ann: Awaited<ReturnType<typeof enrolled>>) => Promise<unknown>): Promise<void> => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const before = await world.tokens();
    await change(ann);
    expect(errorOf(await world.validate(id, { [ann.method]: [world.code(ann.url)] }))).toEqual(DENIED);
    expect(await world.tokens()).toBeLessThanOrEqual(before);
  };
  const call: World["server"]["call"] = (...request) => world.server.call(...request);

  it("when its entity is disabled", () =>
    refused(({ entity }) => call("POST", `identity/entity/id/${entity}`, { body: { disabled: true } })));

  it("when its entity is gone", () => refused(({ entity }) => call("DELETE", `identity/entity/id/${entity}`)));

  it("when its alias belongs to somebody else, or to nobody", async () => {
    const aliasOf = async (entity: string): Promise<string> => {
      const { data } = await call("GET", `identity/entity/id/${entity}`);
      return (data["aliases"] as unknown as { id: string }[])[0]?.id ?? "";
    };
    await refused(async ({ entity, accessor }) => {
      const canonical_id = (await call("POST", "identity/entity", { body: { name: "other" } })).data["id"];
      await call("POST", `identity/entity-alias/id/${await aliasOf(entity)}`, {
        body: { name: "ann", mount_accessor: accessor, canonical_id },
      });
    });
    await refused(async ({ entity }) => call("DELETE", `identity/entity-alias/id/${await aliasOf(entity)}`));
  });

  it("when its auth method is disabled, moved, or another one is in its place", async () => {
    await refused(({ path }) => call("DELETE", `sys/${path}`));
    await refused(({ path }) => call("POST", "sys/remount", { body: { from: path, to: `${path}-moved` } }));
    await refused(async ({ path }) => {
      await call("DELETE", `sys/${path}`);
      await call("POST", `sys/${path}`, { body: { type: "gate" } });
    });
  });

  it("outside the addresses its role is bound to, wherever the login came from", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann", { cidrs: ["127.0.0.0/8"] });
    const payload = () => ({ [ann.method]: [world.code(ann.url)] });
    expect(errorOf(await world.validate(id, payload(), { sourceAddress: "10.0.0.1" }))).toEqual(DENIED);
    expect((await world.validate(id, payload())).status).toBe(200);
  });

  it("while the server is sealed", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const { config } = world.server.core;
    await config.putSetting(SETTINGS.seal, { sealed: true });
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).status).toBe(503);
    await config.putSetting(SETTINGS.seal, { sealed: false });
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).status).toBe(200);
  });

  it("goes on as the survivor where its entity was merged into another", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const to = await world.entity((await world.mount()).path, "to");
    await call("POST", "identity/entity/merge", { body: { from_entity_ids: [ann.entity], to_entity_id: to } });
    const answer = await world.validate(id, { [ann.method]: [world.code(ann.url)] });
    expect(authOf(answer).entity_id).toBe(to);
  });
});

describe("V45: a process that has just begun", () => {
  const logIn = async (path: string) => {
    const { status, text } = await world.another()(`${path}/login/ann`);
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  };

  it("asks for the second factor at its first request", async () => {
    const ann = await enrolled(world, "ann");
    const { status, body } = await logIn(ann.path);
    expect([status, body["auth"]]).toEqual([200, expect.objectContaining({ client_token: "" })]);
  });

  it("lets nobody in where it cannot read the configuration", async () => {
    const ann = await enrolled(world, "ann");
    world.server.table.before = ({ operation, input }) => {
      if (operation === "Query" && JSON.stringify(input).includes('"config"')) throw new Error("out of reach");
    };
    const { status } = await logIn(ann.path);
    world.server.table.before = () => undefined;
    expect(status).toBeGreaterThanOrEqual(500);
  });

  it("lets nobody in where an enforcement's row cannot be opened", async () => {
    const ann = await enrolled(world, "ann");
    const { config, store } = world.server.core;
    const address = await config.address("mfa-enforcement", ann.enforcement);
    const [entry] = await store.get([address]);
    if (!entry) throw new Error("there is no row");
    // Put in another place than it was sealed for.
    const other = await config.address("mfa-enforcement", "other");
    await store.write([{ op: "put", address: other, body: entry.body, when: "any" }]);
    const at = (sk: string) => ({ pk: { S: "config" }, sk: { S: sk } });
    const read = await world.server.dynamodb.send(new GetItemCommand({ TableName: "zeroth-test", Key: at(other.sk) }));
    const original = await world.server.dynamodb.send(
      new GetItemCommand({ TableName: "zeroth-test", Key: at(address.sk) }),
    );
    await world.server.dynamodb.send(
      new PutItemCommand({ TableName: "zeroth-test", Item: { ...read.Item, ...at(address.sk) } }),
    );
    const { status } = await logIn(ann.path);
    await world.server.dynamodb.send(new PutItemCommand({ TableName: "zeroth-test", Item: original.Item }));
    await store.write([{ op: "delete", address: other, when: "any" }]);
    expect(status).toBeGreaterThanOrEqual(500);
  });
});

/** Kills the program at a step in every way; what is true of the token and the code afterwards. */
describe.each(MODES.filter((mode) => mode !== "frozen"))("killed (%s)", (mode) => {
  it("where a login begins to wait, it makes no token, and another login is as good", async () => {
    const ann = await enrolled(world, "ann");
    const before = await world.tokens();
    killer.strike("login.wait", mode, 1);
    const answer = await world.login(ann.path, "ann");
    expect([answer.status >= 500, killer.struck]).toEqual([true, true]);
    killer.revive();
    expect(await world.tokens()).toBe(before);
    const id = await world.waiting(ann.path, "ann");
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).status).toBe(200);
  });

  it("where a waiting login gets its token, the code and the wait make one token at most", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const before = await world.tokens();
    const payload = { [ann.method]: [world.code(ann.url)] };
    killer.strike("login.finish", mode, 1);
    expect((await world.validate(id, payload)).status).toBeGreaterThanOrEqual(500);
    killer.revive();
    const again = await world.validate(id, payload);
    // Before the transaction nothing had happened; after it the token is there, and nobody has it.
    expect(again.status).toBe(mode === "before" ? 200 : 400);
    expect((await world.validate(id, payload)).status).toBe(400);
    const other = await world.validate(await world.waiting(ann.path, "ann"), payload);
    expect(other.status).toBe(403);
    expect(await world.tokens()).toBe(before + 1);
  });

  it("where a login with its code gets its token, the code makes one token at most", async () => {
    const ann = await enrolled(world, "ann");
    const before = await world.tokens();
    const options = { headers: { "X-Vault-MFA": `${ann.method}:${world.code(ann.url)}` } };
    killer.strike("login.token", mode, 1);
    expect((await world.login(ann.path, "ann", {}, options)).status).toBeGreaterThanOrEqual(500);
    killer.revive();
    expect((await world.login(ann.path, "ann", {}, options)).status).toBe(mode === "before" ? 200 : 403);
    expect((await world.login(ann.path, "ann", {}, options)).status).toBe(403);
    expect(await world.tokens()).toBe(before + 1);
  });
});
