import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { MountId } from "../../../../src/std/brand.ts";
import { isJsonObject } from "../../../../src/std/json.ts";
import { createOutsideWorld } from "../../../support/leased-backend.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { rowsWith } from "./support.ts";

/** A lease stands until the first write that ends it, whoever carries out the rest. */

const world = createOutsideWorld();
let server: TestServer;
let mount: MountId;
/** While set, nothing reaches the backend: a revocation begins and goes no further. */
let heldUp = false;

beforeAll(async () => {
  server = await makeServer({
    rows: rowsWith(world),
    crash: (step, run) => (heldUp && step === "lease.revoke.backend" ? Promise.reject(new Error("held up")) : run()),
  });
  await server.call("POST", "sys/mounts/leased", { body: { type: "leased" } });
  const found = server.core.config.mountFor(await server.core.config.snapshot(), "leased/");
  if (!found) throw new Error("there is no such mount");
  mount = found.info.id;
});
afterAll(() => server.dynamo.close());

const tokenFor = async (fields: object = {}, token?: string): Promise<string> => {
  const body = { policies: ["root"], ttl: "10m", ...fields };
  const made = await server.call("POST", "auth/token/create", { body, ...(token === undefined ? {} : { token }) });
  const auth = isJsonObject(made.body["auth"]) ? made.body["auth"] : {};
  return String(auth["client_token"]);
};
const leaseOf = async (token: string): Promise<string> =>
  String((await server.call("GET", "leased/creds/any", { token })).body["lease_id"]);
const stands = (lease: string) => server.core.leases.stands(lease, mount);

describe("a lease", () => {
  it("stands while it lives, and does not before it was confirmed", async () => {
    const during: unknown[] = [];
    world.meanwhile = async () => {
      for (const id of await server.core.leases.list("leased/creds/any/")) {
        const pending = `leased/creds/any/${id}`;
        during.push(pending, await stands(pending));
      }
    };
    const lease = await leaseOf(server.root);
    world.meanwhile = async () => undefined;

    expect(during).toEqual([lease, false]);
    expect(await stands(lease)).toBe(true);
  });

  it("does not stand once it is to end, though the sweeper has not come", async () => {
    const lease = await leaseOf(server.root);
    await server.core.leases.expireNow(lease);
    expect(await stands(lease)).toBe(false);
  });

  it("does not stand once its revocation is held up at its backend", async () => {
    const lease = await leaseOf(server.root);
    heldUp = true;
    await server.call("POST", "sys/leases/revoke", { body: { lease_id: lease } });
    heldUp = false;
    expect(await stands(lease)).toBe(false);
  });

  it("does not stand once its token, or one above it, is revoked, though nothing else was done", async () => {
    const parent = await tokenFor();
    const child = await tokenFor({}, parent);
    const [ofParent, ofChild] = [await leaseOf(parent), await leaseOf(child)];
    const before = [await stands(ofParent), await stands(ofChild)];
    heldUp = true;
    await server.call("POST", "auth/token/revoke", { body: { token: parent } });
    heldUp = false;

    expect(before).toEqual([true, true]);
    expect([await stands(ofParent), await stands(ofChild)]).toEqual([false, false]);
  });

  it("of a batch token without a parent stands to its own end", async () => {
    const token = await tokenFor({ type: "batch", no_parent: true, policies: ["default"], ttl: "1m" });
    await server.call("POST", "sys/policies/acl/default", {
      body: { policy: 'path "leased/*" { capabilities = ["read"] }' },
    });
    const lease = await leaseOf(token);
    const before = await stands(lease);
    server.clock.advance(60_000);

    expect([before, await stands(lease)]).toEqual([true, false]);
  });
});
