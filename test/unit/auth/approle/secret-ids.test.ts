import { describe, expect, it } from "@jest/globals";
import { approleAuth } from "../../../../src/auth/approle/backend.ts";
import { createHarness } from "../../../support/backend-harness.ts";
import { createMount, failed } from "./support.ts";

describe("secret ids", () => {
  it("are never in the clear", async () => {
    const { view, clock, role } = createMount();
    const texts: string[] = [];
    const watched = {
      ...view,
      write: async (writes: Parameters<typeof view.write>[0]) => {
        texts.push(JSON.stringify(writes));
        await view.write(writes);
      },
      // the memory view's own tags show the name, which a real one never does
      tag: (name: string) => Buffer.from(`${name.length}`).toString("base64url"),
    };
    await role("app");
    const { request } = createHarness(approleAuth(), { view: watched, clock });
    const { data } = await request("update", "role/app/secret-id", { num_uses: 3 });
    await request("update", "login", { role_id: "id-app", secret_id: data.secret_id }).catch(() => undefined);
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.join()).not.toContain(data.secret_id);
  });

  it("carry their end for the table to remove them, both rows alike", async () => {
    const mount = createMount();
    await mount.role("app", { secret_id_ttl: 600 });
    const puts: unknown[] = [];
    const { write } = mount.view;
    mount.view.write = async (writes) => {
      puts.push(...writes.map((one) => (one.op === "put" ? one.clear : undefined)));
      await write(writes);
    };
    await mount.issue("app");
    const exp = Math.ceil(mount.clock.now() / 1000) + 600;
    expect(puts).toEqual([
      { exp, ttl: exp + 3600 },
      { exp, ttl: exp + 3600 },
    ]);
  });

  it("are capped by the mount's longest lease", async () => {
    const mount = createMount();
    await mount.role("app");
    expect((await mount.issue("app", { ttl: "1000h" })).secret_id_ttl).toBe(2764800);
  });

  it("may be registered again under the same text once the first has ended", async () => {
    const mount = createMount();
    await mount.role("app");
    const register = () => mount.request("update", "role/app/custom-secret-id", { secret_id: "mine", ttl: 60 });
    await register();
    expect((await failed(register())).wire).toBe("failed to store secret_id: SecretID is already registered");
    mount.clock.advance(60_000);
    await register();
    await mount.login("id-app", "mine");
    expect((await mount.request("list", "role/app/secret-id")).data.keys).toHaveLength(1);
  });

  it.each([
    ["by another who registers the same text", "role/app/custom-secret-id", { secret_id: "mine" }],
    ["by a tidy", "tidy/secret-id", {}],
  ])("are not taken away %s, when they were registered since what had ended was read", async (_who, path, body) => {
    const mount = createMount();
    await mount.role("app");
    const register = () => mount.request("update", "role/app/custom-secret-id", { secret_id: "mine", ttl: 60 });
    await register();
    mount.clock.advance(60_000);
    const listed = async () => (await mount.request("list", "role/app/secret-id")).data.keys;
    let first: unknown;
    const view = {
      ...mount.view,
      write: async (writes: Parameters<typeof mount.view.write>[0]) => {
        if (first === undefined && writes.some(({ op }) => op === "delete")) {
          await register();
          first = await listed();
        }
        await mount.view.write(writes);
      },
    };

    await createHarness(approleAuth(), { view, clock: mount.clock })
      .request("update", path, body)
      .catch((cause: unknown) => expect(cause).toMatchObject({ code: "invalid_request" }));

    expect(first).toHaveLength(1);
    expect(await listed()).toEqual(first);
    await mount.login("id-app", "mine");
  });

  it("that have ended are tidied next to one that is registered again meanwhile", async () => {
    const mount = createMount();
    await mount.role("app");
    for (const secret_id of ["mine", "yours"]) {
      await mount.request("update", "role/app/custom-secret-id", { secret_id, ttl: 60 });
    }
    mount.clock.advance(60_000);
    let again = () => mount.request("update", "role/app/custom-secret-id", { secret_id: "mine" }).then(() => undefined);
    const view = {
      ...mount.view,
      write: async (writes: Parameters<typeof mount.view.write>[0]) => {
        const first = again;
        again = async () => undefined;
        await first();
        await mount.view.write(writes);
      },
    };

    await createHarness(approleAuth(), { view, clock: mount.clock }).request("update", "tidy/secret-id");

    expect(mount.view.keys().filter((key) => key.includes("secret-id/"))).toHaveLength(1);
    await mount.login("id-app", "mine");
  });

  it("of one text may belong to two roles", async () => {
    const mount = createMount();
    await Promise.all(["a", "b"].map((name) => mount.role(name)));
    for (const name of ["a", "b"])
      await mount.request("update", `role/${name}/custom-secret-id`, { secret_id: "mine" });
    await mount.request("update", "role/a/secret-id/destroy", { secret_id: "mine" });
    await failed(mount.login("id-a", "mine"));
    await mount.login("id-b", "mine");
  });

  it("V48: are out of reach through another role, by value and by accessor", async () => {
    const mount = createMount();
    await Promise.all(["a", "b"].map((name) => mount.role(name)));
    const { secret_id, secret_id_accessor } = await mount.issue("b");
    expect((await mount.request("update", "role/a/secret-id/lookup", { secret_id })).status).toBe(204);
    expect((await mount.request("update", "role/a/secret-id-accessor/lookup", { secret_id_accessor })).status).toBe(
      404,
    );
    await mount.request("update", "role/a/secret-id/destroy", { secret_id });
    const refused = await failed(mount.request("delete", "role/a/secret-id-accessor/destroy", { secret_id_accessor }));
    expect([refused.code, refused.wire]).toEqual(["permission_denied", "invalid secret id accessor"]);
    expect((await mount.request("list", "role/a/secret-id").catch(() => undefined))?.data.keys).toEqual([]);
    await mount.login("id-b", secret_id);
  });

  it("I6: are good for nothing once a destroy was answered, by value or by accessor", async () => {
    const mount = createMount();
    await mount.role("app");
    const [one, two] = [await mount.issue("app"), await mount.issue("app")];
    await mount.request("update", "role/app/secret-id/destroy", { secret_id: one.secret_id });
    await mount.request("update", "role/app/secret-id-accessor/destroy", {
      secret_id_accessor: two.secret_id_accessor,
    });
    await failed(mount.login("id-app", one.secret_id));
    await failed(mount.login("id-app", two.secret_id));
  });

  it("go with their role, for good", async () => {
    const mount = createMount();
    await mount.role("app");
    const { secret_id } = await mount.issue("app");
    await mount.request("delete", "role/app");
    expect(mount.view.keys()).toEqual([]);
    await mount.role("app");
    await failed(mount.login("id-app", secret_id));
  });

  it("of a role that was deleted half way are tidied, and no others", async () => {
    const mount = createMount();
    await Promise.all(["gone", "app"].map((name) => mount.role(name, { secret_id_ttl: "1h" })));
    await mount.issue("gone");
    const ended = await mount.issue("app", { ttl: 1 });
    const good = await mount.issue("app");
    const orphaned = mount.view.keys();
    await mount.view.write([
      { op: "delete", address: mount.view.at("role/gone"), when: "present" },
      { op: "delete", address: mount.view.at(`role-id/${mount.view.tag("role-id\nid-gone")}`), when: "present" },
    ]);
    mount.clock.advance(1000);
    expect((await mount.request("update", "tidy/secret-id")).status).toBe(202);
    expect(orphaned.length - mount.view.keys().length).toBe(6);
    expect((await mount.request("list", "role/app/secret-id")).data.keys).toEqual([good.secret_id_accessor]);
    await failed(mount.login("id-app", ended.secret_id));
    await mount.login("id-app", good.secret_id);
  });
});
