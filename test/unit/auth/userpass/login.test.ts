import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { userpassAuth } from "../../../../src/auth/userpass/backend.ts";
import { lockoutName } from "../../../../src/auth/userpass/login.ts";
import { compileRoutes, VaultError } from "../../../../src/framework/index.ts";
import { createMount } from "./support.ts";

const failed = async (work: Promise<unknown>): Promise<VaultError> => {
  try {
    await work;
  } catch (cause) {
    if (cause instanceof VaultError) return cause;
    throw cause;
  }
  throw new Error("it succeeded");
};

const BCRYPT = "$2a$06$abcdefghijklmnopqrstuuiGtC.NLIil/V.tQh/i2.7FailD1.u.2";
const withAnn = async (fields = {}) => {
  const mount = createMount();
  await mount.request("update", "users/ann", { password: "right", ...fields });
  mount.passwords.derived.length = 0;
  mount.view.calls.length = 0;
  return mount;
};

describe("a login by password", () => {
  it("is known by one lower-case name in every spelling of the user", async () => {
    const mount = await withAnn();
    const names = await Promise.all(["ann", "Ann", "ANN"].map((name) => mount.login(name, "right")));
    expect(new Set(names.map((grant) => grant.alias?.name))).toEqual(new Set(["ann"]));
  });

  it("V40: costs one derivation and the same reads for a wrong password and for a name that does not exist", async () => {
    const cost = async (name: string) => {
      const mount = await withAnn();
      await failed(mount.login(name, "wrong"));
      return { derivations: mount.passwords.derived.length, calls: mount.view.calls };
    };
    const known = await cost("ann");
    expect(known.derivations).toBe(1);
    expect(await cost("nobody")).toEqual(known);
  });

  it("V42: gives one text to a wrong password, an unknown name and a deleted user", async () => {
    const mount = await withAnn();
    await mount.request("update", "users/gone", { password: "right" });
    await mount.request("delete", "users/gone");
    const errors = await Promise.all(
      [
        ["ann", "wrong"],
        ["nobody", "right"],
        ["gone", "right"],
      ].map(([name = "", password]) => failed(mount.login(name, password))),
    );
    expect(errors.map(({ code, wire }) => [code, wire])).toEqual(
      Array(3).fill(["invalid_credentials", "invalid username or password"]),
    );
  });

  it("looks at the address only after the password", async () => {
    const mount = await withAnn({ token_bound_cidrs: "192.0.2.0/24" });
    const outside = { sourceAddress: "198.51.100.1" };
    expect((await failed(mount.login("ann", "wrong", outside))).code).toBe("invalid_credentials");
    expect((await failed(mount.login("ann", "right", outside))).code).toBe("permission_denied");
  });

  it("refuses more than 72 bytes before it hashes anything", async () => {
    const mount = await withAnn();
    expect((await failed(mount.login("ann", "é".repeat(37)))).wire).toBe("password length exceeds 72 bytes");
    expect(mount.passwords.derived).toEqual([]);
  });

  it("replaces a hash that was brought along by its own at the first login", async () => {
    const mount = createMount();
    await mount.request("update", "users/ann", { password_hash: BCRYPT });
    await mount.login("ann", "g-hashed-password");
    mount.passwords.derived.length = 0;
    await mount.login("ann", "g-hashed-password");
    expect(mount.passwords.derived).toHaveLength(1);
  });

  it("keeps a brought hash after a wrong password", async () => {
    const mount = createMount();
    await mount.request("update", "users/ann", { password_hash: BCRYPT });
    await failed(mount.login("ann", "wrong"));
    expect(JSON.stringify(await mount.view.get(mount.view.at("user/ann")))).toContain("bcrypt");
  });
});

describe("the name lockout counts by", () => {
  const routes = compileRoutes(userpassAuth().paths);

  it("V38: is the one the login is known by, for every name and case", async () => {
    const name = fc.stringMatching(/^\w([\w.-]{0,20}\w)?$/);
    await fc.assert(
      fc.asyncProperty(name, async (given) => {
        const mount = createMount();
        await mount.request("update", `users/${given}`, { password: "right" });
        const grant = await mount.login(given, "right");
        expect(lockoutName(routes.canonical(`login/${given}`).below, {})).toBe(grant.alias?.name);
      }),
      { numRuns: 50 },
    );
  });

  it.each(["login/", "login/a/b", "login/ann ", "login/\u212aann", "users/ann"])("is none for %j", (path) => {
    expect(lockoutName(path, {})).toBeUndefined();
  });
});

describe("renewal", () => {
  it("leaves the token of a deleted user as it is", async () => {
    const mount = await withAnn();
    const grant = await mount.login("ann", "right");
    await mount.request("delete", "users/ann");
    expect(await mount.renew(grant, ["default"])).toBeUndefined();
  });

  it("treats a user created again under the same name as another", async () => {
    const mount = await withAnn();
    const grant = await mount.login("ann", "right");
    await mount.request("delete", "users/ann");
    await mount.request("update", "users/ann", { password: "right" });
    expect(await mount.renew(grant, ["default"])).toBeUndefined();
  });

  it("compares policies as they are issued, whatever their spelling", async () => {
    const mount = await withAnn({ token_policies: ["G-B", " g-a "] });
    const grant = await mount.login("ann", "right");
    expect(await mount.renew(grant, ["default", "g-a", "g-b"])).toBeDefined();
    expect((await failed(mount.renew(grant, ["default", "g-a"]))).wire).toContain("policies have changed");
  });

  it("is refused from outside the user's addresses", async () => {
    const mount = await withAnn({ token_bound_cidrs: "192.0.2.0/24" });
    const grant = await mount.login("ann", "right", { sourceAddress: "192.0.2.1" });
    const outside = { sourceAddress: "198.51.100.1" };
    expect((await failed(mount.renew(grant, [], outside))).code).toBe("permission_denied");
  });
});
