import { describe, expect, it } from "@jest/globals";
import { createPasswords, passwordBytes } from "../../../../src/auth/userpass/passwords.ts";
import { systemRandom } from "../../../../src/std/random.ts";
import { createMount } from "./support.ts";

const BCRYPT = "$06$abcdefghijklmnopqrstuuiGtC.NLIil/V.tQh/i2.7FailD1.u.2";

describe("users", () => {
  it("are one object in every spelling of the name", async () => {
    const { request } = createMount();
    await request("update", "users/Ann", { password: "one", token_ttl: 60 });
    await request("update", "users/ANN", { token_ttl: 61 });
    expect((await request("list", "users")).data).toEqual({ keys: ["ann"] });
    expect((await request("read", "users/ann")).data.token_ttl).toBe(61);
  });

  it("V50: never show or store a password", async () => {
    const { request, view } = createMount();
    await request("update", "users/ann", { password: "canary-password" });
    const stored = await Promise.all(["user/ann"].map((key) => view.get(view.at(key))));
    expect(JSON.stringify([stored, (await request("read", "users/ann")).data])).not.toContain("canary-password");
    expect(Object.keys((await request("read", "users/ann")).data).every((name) => name.startsWith("token_"))).toBe(
      true,
    );
  });

  it("keep what a write does not name when two writes race", async () => {
    const { request, view } = createMount();
    await request("update", "users/ann", { password: "one" });
    view.pause = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all([
      request("update", "users/ann", { token_ttl: 60 }),
      request("update", "users/ann", { token_max_ttl: 600 }),
      request("update", "users/ann/policies", { token_policies: "G-A" }),
    ]);
    expect((await request("read", "users/ann")).data).toMatchObject({
      token_ttl: 60,
      token_max_ttl: 600,
      token_policies: ["g-a"],
    });
  });

  it("are not hashed for a write that is refused", async () => {
    const { request, passwords } = createMount();
    const bad = { password: "one", token_type: "nonsense" };
    await expect(request("update", "users/ann", bad)).rejects.toThrow("invalid 'token_type'");
    expect(passwords.derived).toEqual([]);
  });

  it.each([
    ["a cost a login could not pay", `$2a$31${BCRYPT.slice(3)}`],
    ["a cost that is too low", `$2a$03${BCRYPT.slice(3)}`],
    ["something that is not a hash", "secret"],
  ])("do not take %s for a hash", async (_, password_hash) => {
    const { request } = createMount();
    await expect(request("update", "users/ann", { password_hash })).rejects.toThrow("password_hash");
  });
});

describe("passwords", () => {
  it("are hashed under another salt each time, and found again", async () => {
    const passwords = createPasswords({ cost: { n: 16, r: 1, p: 1 } });
    const bytes = passwordBytes("right");
    const [one, two] = [await passwords.hash(bytes, systemRandom), await passwords.hash(bytes, systemRandom)];
    expect(one).not.toEqual(two);
    expect([await passwords.matches(bytes, one), await passwords.matches(bytes, two)]).toEqual([true, true]);
    expect(await passwords.matches(passwordBytes("right "), one)).toBe(false);
  });

  it("are checked at the cost they were hashed with", async () => {
    const old = await createPasswords({ cost: { n: 16, r: 1, p: 1 } }).hash(passwordBytes("right"), systemRandom);
    expect(await createPasswords({ cost: { n: 32, r: 2, p: 1 } }).matches(passwordBytes("right"), old)).toBe(true);
  });

  it("C24: match nobody, whatever they derive to", async () => {
    const passwords = createPasswords({ derive: async () => Buffer.alloc(32) });
    expect(await passwords.matches(passwordBytes("any"), undefined)).toBe(false);
  });

  it("are hashed with 16 MiB of scrypt unless a test says otherwise", async () => {
    const hash = await createPasswords().hash(passwordBytes("right"), systemRandom);
    expect(hash).toMatchObject({ kind: "scrypt", n: 16384, r: 8, p: 1 });
  });
});
