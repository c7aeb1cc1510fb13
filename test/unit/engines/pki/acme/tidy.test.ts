import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { tidyAcme } from "../../../../../src/engines/pki/acme/tidy.ts";
import { DEFAULTS } from "../../../../../src/engines/pki/revoking/tidy/options.ts";
import { certificateRequest, dns } from "../../../../support/acme-client.ts";
import { type AcmeWorld, contextOf, copyOrder, makeAcmeWorld, problemType } from "./world.ts";

const HOUR = 3600;
const DAY = 86_400;
let world: AcmeWorld;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());

const ids = async (): Promise<readonly string[]> => (await (await context()).storage.list("acme/", "listing")) ?? [];
const context = () => contextOf(world.server);
const OPTIONS = { ...DEFAULTS, tidy_acme: true };
const tidied = async (deadlineMs = Number.POSITIVE_INFINITY, server = world.server) => {
  const cx = await contextOf(server);
  const { done, counts } = await tidyAcme(cx, { options: OPTIONS, judgedAt: cx.clock.now(), deadlineMs });
  return {
    done,
    accounts: counts.total_acme_account_count,
    accountsDeleted: counts.acme_account_deleted_count,
    accountsRevoked: counts.acme_account_revoked_count,
    ordersDeleted: counts.acme_orders_deleted_count,
  };
};
const pass = (seconds: number) => world.server.clock.advance(seconds * 1000);

describe("tidying", () => {
  it("removes orders that are over, revokes accounts that have none, and removes them later", async () => {
    const client = await world.client();
    await client.register();
    const open = await client.order("a.example.com");
    const done = await client.order("www.example.com");
    await client.meet(done);
    await world.check();
    const { csr } = certificateRequest(dns("www.example.com"));
    expect((await client.post(done.body.finalize, { csr })).body.status).toBe("valid");
    const unused = (await world.server.call("POST", "pki/acme/new-eab")).data["id"];

    expect(await tidied()).toMatchObject({ accounts: 1, ordersDeleted: 0, accountsRevoked: 0 });
    pass(DAY + HOUR);
    expect(await tidied()).toMatchObject({ ordersDeleted: 1, accountsRevoked: 0 });
    expect((await client.post(open.headers["location"] ?? "")).status).toBe(400);
    expect((await client.post(open.body.authorizations[0])).status).toBe(400);
    expect((await client.post(done.headers["location"] ?? "")).status).toBe(200);

    pass(30 * DAY);
    expect((await world.server.call("LIST", "pki/eab")).data["keys"]).toEqual([unused]);
    expect(await tidied()).toMatchObject({ ordersDeleted: 0, accountsRevoked: 0 });
    expect((await world.server.call("LIST", "pki/eab")).status).toBe(404);

    // The certificate ends after 32 days; its order is kept for the buffer.
    pass(2 * DAY);
    expect(await tidied()).toMatchObject({ ordersDeleted: 0 });
    pass(3 * DAY);
    expect(await tidied()).toMatchObject({ ordersDeleted: 1, accountsRevoked: 0 });
    pass(30 * DAY);
    expect(await tidied()).toMatchObject({ accountsRevoked: 1, accountsDeleted: 0 });
    expect((await client.post("orders")).body.type).toBe(problemType("unauthorized"));
    pass(31 * DAY);
    expect(await tidied()).toMatchObject({ accounts: 1, accountsDeleted: 1 });
    expect(await tidied()).toMatchObject({ accounts: 0 });
    // The key is free again.
    client.kid = undefined;
    expect((await client.register()).status).toBe(201);
  });
  it("goes on where its time was up", async () => {
    for (let account = 0; account < 2; account++) await (await world.client()).register();
    const all = await ids();
    expect(await tidied(world.server.clock.now())).toMatchObject({ done: false, accounts: 0 });
    await (await context()).storage.write([
      { op: "put", address: (await context()).storage.at("acme/tidy"), body: { after: all[0] ?? "" }, when: "any" },
    ]);
    expect(await tidied()).toMatchObject({ done: true, accounts: all.length - 1 });
    expect(await tidied()).toMatchObject({ done: true, accounts: all.length });
  });
  it("goes on within an account that has many orders", async () => {
    const many = await makeAcmeWorld({
      crash: (name, step) => {
        if (name === "acme.tidy-order") many.server.clock.advance(10);
        return step();
      },
    });
    const client = await many.client();
    await client.register();
    const { headers } = await client.order("www.example.com");
    await copyOrder(many.server, client, headers["location"] ?? "", 149);
    many.server.clock.advance(2 * DAY * 1000);
    const slice = () => tidied(many.server.clock.now() + 500, many.server);
    expect(await slice()).toMatchObject({ done: false, accounts: 0, ordersDeleted: 100 });
    expect(await slice()).toMatchObject({ done: true, accounts: 1, ordersDeleted: 50 });
    expect(await slice()).toMatchObject({ done: true, accounts: 1, ordersDeleted: 0 });
    await many.close();
  });
  it("is part of the mount's tidying", async () => {
    const client = await world.client();
    await client.register();
    await client.order("www.example.com");
    pass(2 * DAY);
    expect((await world.server.call("POST", "pki/tidy", { body: { tidy_acme: true } })).status).toBe(202);
    for (let turn = 0; turn < 5; turn++) {
      await world.server.core.schedule.tick(world.server.clock.now() + 60_000);
      pass(120);
    }
    const { data } = await world.server.call("GET", "pki/tidy-status");
    expect(data).toMatchObject({ state: "Finished", tidy_acme: true, acme_orders_deleted_count: 1 });
  });
});
