import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { lease, secret, token } from "../../../scripts/bench/scale/fill.ts";
import { policy, tokenMount } from "../../../scripts/bench/scale/tokens.ts";
import { createWorld, textAt, type World } from "../../../scripts/bench/scale/world.ts";
import type { Write } from "../../../src/storage/store.ts";

/** What the benchmark puts into the table in bulk is what requests would have written. */

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await policy(world, "app", 'path "*" { capabilities = ["create", "read", "update"] }');
});
afterEach(() => world.close());

/** The entries that some requests put. */
const putBy = async (work: () => Promise<unknown>): Promise<readonly Write[]> => {
  const spy = jest.spyOn(world.core.store, "write");
  await work();
  const writes = spy.mock.calls.flatMap(([one]) => one);
  spy.mockRestore();
  // An entry that was written twice is as it was left.
  return [...new Map(writes.map((one) => [`${one.address.pk} ${one.address.sk}`, one])).values()];
};

/** Ids, tags, accessors and opaque paths as their length. */
const RANDOM = /hvs\.[\w-]+|[\w-]{20,}/g;
const blurred = (text: string): string => text.replaceAll(RANDOM, (one) => `<${one.length}>`);

const shapeOf = (writes: readonly Write[]): readonly unknown[] =>
  writes
    .flatMap((one) => (one.op === "put" ? [one] : []))
    .map(({ address: { pk, sk, domain, name }, body, clear }) => {
      const { shard, ...rest } = clear ?? {};
      const text = JSON.stringify({ pk, sk, domain, name, body, clear: { ...rest, shard: typeof shard } });
      return blurred(text.replace(/(leases#[^"#]*)#\d+/g, "$1#"));
    })
    .sort();

describe("entries written in bulk", () => {
  it("of a token are those that a request leaves", async () => {
    const body = { policies: ["app"], ttl: "24h", no_parent: true };
    const requested = await putBy(() => world.call("POST", "auth/token/create", { body }));
    const seeded = await token(world, { mount: await tokenMount(world), policies: ["app", "default"] });

    expect(shapeOf(seeded.writes)).toHaveLength(3);
    expect(shapeOf(seeded.writes)).toEqual(shapeOf(requested));
  });

  it("of a child of a token are those that a request leaves", async () => {
    const mount = await tokenMount(world);
    const parent = await token(world, { mount, policies: ["app"] });
    await world.bulk(parent.writes);
    const body = { policies: ["app"], ttl: "24h", no_default_policy: true };
    const requested = await putBy(() => world.call("POST", "auth/token/create", { token: parent.id, body }));
    const seeded = await token(world, { mount, policies: ["app"], parent: parent.token });

    expect(shapeOf(seeded.writes)).toHaveLength(4);
    expect(shapeOf(seeded.writes)).toEqual(shapeOf(requested));
  });

  it("of a lease are those that a request leaves", async () => {
    const mount = await world.mount("secret", "bench", "bench/");
    const holder = await token(world, { mount: await tokenMount(world), policies: ["app"] });
    await world.bulk(holder.writes);
    let id = "";
    const requested = await putBy(async () => {
      id = textAt(await world.call("GET", "bench/creds/app", { token: holder.id }), "lease_id");
    });
    const seeded = await lease(world, mount, holder.token.tag, 1);

    expect(id.length).toBe(seeded.id.length);
    expect(shapeOf(seeded.writes)).toHaveLength(3);
    expect(shapeOf(seeded.writes)).toEqual(shapeOf(requested));
  });

  it("of a secret are those that a request leaves", async () => {
    const { info } = await world.mount("secret", "kv", "secret/", { version: "2" });
    const data = { password: "p".repeat(950) };
    const requested = await putBy(() => world.call("POST", "secret/data/folder/app", { body: { data } }));
    const seeded = secret(await world.core.store.view(info.id), "folder/app", world.core.clock.now());

    expect(shapeOf(seeded)).toHaveLength(2);
    expect(shapeOf(seeded)).toEqual(shapeOf(requested));
  });
});
