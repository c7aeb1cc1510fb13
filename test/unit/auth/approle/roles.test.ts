import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { nextRole, type Role, type RoleInput } from "../../../../src/auth/approle/role-rules.ts";
import { readRole } from "../../../../src/auth/approle/roles.ts";
import { VaultError } from "../../../../src/framework/index.ts";
import { seconds } from "../../../../src/std/time.ts";
import { createMount, failed } from "./support.ts";

const FRESH = { key: "key", roleId: "made-up" };
const MOST = seconds(2764800);

const range = fc.constantFrom("192.0.2.0/24", "198.51.100.7/32", "2001:db8::/32");
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
/** Writes, some of which a role refuses. */
const write: fc.Arbitrary<RoleInput> = fc.record({
  bind_secret_id: optional(fc.boolean()),
  secret_id_bound_cidrs: optional(fc.array(range, { maxLength: 2 })),
  bound_cidr_list: optional(fc.array(range, { maxLength: 2 })),
  secret_id_num_uses: optional(fc.integer({ min: -1, max: 9 })),
  secret_id_ttl: optional(fc.nat(9).map(seconds)),
  role_id: optional(fc.constantFrom("", "a", "b")),
  token_bound_cidrs: optional(fc.array(range, { maxLength: 2 })),
  token_policies: optional(fc.array(fc.constantFrom("a", "B"), { maxLength: 2 })),
  policies: optional(fc.array(fc.constantFrom("c", "D"), { maxLength: 2 })),
  token_ttl: optional(fc.nat(9).map(seconds)),
  token_max_ttl: optional(fc.nat(9).map(seconds)),
  token_type: optional(fc.constantFrom("default", "service", "batch", "default-batch", "odd")),
  token_num_uses: optional(fc.integer({ min: -1, max: 3 })),
  token_explicit_max_ttl: optional(fc.nat(9).map(seconds)),
  token_no_default_policy: optional(fc.boolean()),
  token_period: optional(fc.nat(9).map(seconds)),
  period: optional(fc.nat(9).map(seconds)),
  local_secret_ids: fc.constant(undefined),
});

const apply = (previous: Role | undefined, input: RoleInput): Role | undefined => {
  try {
    return nextRole(previous, input, FRESH, MOST).role;
  } catch (cause) {
    if (cause instanceof VaultError) return undefined;
    throw cause;
  }
};
const bound = (role: Role): boolean =>
  role.bind_secret_id || (role.secret_id_bound_cidrs ?? []).length > 0 || role.token_bound_cidrs.length > 0;

describe("the merge of a role and a write", () => {
  it("never leaves a role without a constraint, whatever was written", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 6 }), (writes) => {
        let role: Role | undefined;
        for (const one of writes) role = apply(role, one) ?? role;
        if (role) expect(bound(role)).toBe(true);
      }),
    );
  });

  it("changes no field that the write does not name, under either of its names", () => {
    fc.assert(
      fc.property(write, write, (first, second) => {
        const before = apply(undefined, first);
        const after = before && apply(before, second);
        if (!before || !after) return;
        const named = new Set(Object.entries(second).flatMap(([field, value]) => (value === undefined ? [] : [field])));
        if (named.has("bound_cidr_list")) named.add("secret_id_bound_cidrs");
        if (named.has("period")) named.add("token_period");
        if (named.has("policies")) named.add("token_policies");
        named.add("token_legacy");
        const rest = (role: Role) => Object.entries(role).filter(([field]) => !named.has(field));
        expect(rest(after)).toEqual(rest(before));
      }),
    );
  });

  it("gives the same role when the same write comes twice", () => {
    fc.assert(
      fc.property(write, write, (first, second) => {
        const before = apply(undefined, first);
        const once = before && apply(before, second);
        if (once) expect(apply(once, second)).toEqual(once);
      }),
    );
  });

  it("keeps role id and key out of what is read", () => {
    fc.assert(
      fc.property(write, (input) => {
        const role = apply(undefined, input);
        if (role) expect(Object.keys(readRole(role))).not.toEqual(expect.arrayContaining(["key"]));
        if (role) expect(readRole(role)).not.toHaveProperty("role_id");
      }),
    );
  });
});

describe("roles", () => {
  it("V49: are one object in every spelling of the name", async () => {
    const mount = createMount();
    await mount.role("Role");
    const { secret_id } = await mount.issue("ROLE");
    expect((await mount.login("id-role", secret_id)).metadata).toEqual({ role_name: "role" });
    expect((await mount.request("list", "role")).data).toEqual({ keys: ["role"] });
    await mount.request("delete", "role/rOLE");
    expect((await mount.request("read", "role/Role")).status).toBe(404);
  });

  it("give one role id to one of many that ask for it at once", async () => {
    const mount = createMount();
    mount.view.pause = () => new Promise((resolve) => setImmediate(resolve));
    const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const made = await Promise.allSettled(names.map((name) => mount.role(name, { role_id: "wanted" })));
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await mount.request("list", "role")).data.keys).toHaveLength(1);
  });

  it("refuse a role id that another role has, and free their own when they change it", async () => {
    const mount = createMount();
    await mount.role("a");
    await mount.role("b");
    const taken = mount.request("update", "role/b/role-id", { role_id: "id-a" });
    expect(await failed(taken)).toMatchObject({ code: "invalid_request", wire: "role_id already in use", multi: true });
    await mount.request("update", "role/a/role-id", { role_id: "moved" });
    await mount.request("update", "role/b/role-id", { role_id: "id-a" });
    const { secret_id } = await mount.issue("b");
    expect((await mount.login("id-a", secret_id)).metadata["role_name"]).toBe("b");
  });

  it("keep both of two changes that race", async () => {
    const mount = createMount();
    await mount.role("app");
    mount.view.pause = () => new Promise((resolve) => setImmediate(resolve));
    await Promise.all([
      mount.request("update", "role/app/token-ttl", { token_ttl: 60 }),
      mount.request("update", "role/app/secret-id-num-uses", { secret_id_num_uses: 7 }),
    ]);
    expect((await mount.request("read", "role/app")).data).toMatchObject({ token_ttl: 60, secret_id_num_uses: 7 });
  });
});

describe("single fields of a role", () => {
  const FIELDS: readonly (readonly [string, Record<string, unknown>, unknown])[] = [
    ["bind-secret-id", { bind_secret_id: false }, true],
    ["secret-id-num-uses", { secret_id_num_uses: 4 }, 0],
    ["secret-id-ttl", { secret_id_ttl: 90 }, 0],
    ["secret-id-bound-cidrs", { secret_id_bound_cidrs: ["192.0.2.0/24"] }, null],
    ["bound-cidr-list", { bound_cidr_list: ["192.0.2.0/24"] }, null],
    ["token-bound-cidrs", { token_bound_cidrs: ["192.0.2.0/24"] }, null],
    ["policies", { token_policies: ["a"] }, null],
    ["period", { token_period: 90 }, 0],
    ["token-num-uses", { token_num_uses: 4 }, 0],
    ["token-ttl", { token_ttl: 90 }, 0],
    ["token-max-ttl", { token_max_ttl: 90 }, 0],
  ];

  it.each(FIELDS)("%s is set, read and reset on its own", async (name, value, otherwise) => {
    const mount = createMount();
    // the second list keeps the role bound while the first is reset
    await mount.role("app", name === "bind-secret-id" ? { token_bound_cidrs: "192.0.2.0/24" } : {});
    const at = `role/APP/${name}`;
    // JSON as the wire gives it
    await mount.request("update", at, JSON.parse(JSON.stringify(value)));
    expect((await mount.request("read", at)).data).toEqual(value);
    await mount.request("delete", at);
    expect(Object.values((await mount.request("read", at)).data)).toEqual([otherwise]);
  });

  it.each(FIELDS)("%s without its role cannot be written or reset and is not found", async (name, value) => {
    const mount = createMount();
    const at = `role/none/${name}`;
    const written = mount.request("update", at, JSON.parse(JSON.stringify(value)));
    expect(await failed(written)).toMatchObject({ code: "unsupported_path", multi: true });
    expect((await mount.request("delete", at)).status).toBe(204);
    expect((await mount.request("read", at)).status).toBe(404);
  });

  it.each([
    ["bind-secret-id", "missing bind_secret_id"],
    ["secret-id-num-uses", "missing secret_id_num_uses"],
    ["secret-id-ttl", "missing secret_id_ttl"],
    ["policies", "missing token_policies"],
    ["period", "missing period"],
    ["token-num-uses", "missing token_num_uses"],
    ["token-ttl", "missing token_ttl"],
    ["token-max-ttl", "missing token_max_ttl"],
    ["role-id", "missing role_id"],
  ])("%s without its value is refused by name", async (name, text) => {
    const mount = createMount();
    await mount.role("app");
    expect((await failed(mount.request("update", `role/app/${name}`))).wire).toBe(text);
  });

  it("keep the two lifetimes in order from both sides", async () => {
    const mount = createMount();
    await mount.role("app", { token_ttl: 60, token_max_ttl: 90 });
    const ttl = mount.request("update", "role/app/token-ttl", { token_ttl: 91 });
    expect((await failed(ttl)).wire).toBe("token_ttl should not be greater than token_max_ttl");
    const max = mount.request("update", "role/app/token-max-ttl", { token_max_ttl: 59 });
    expect((await failed(max)).wire).toBe("token_max_ttl should be greater than or equal to token_ttl");
  });

  it("refuse a use count that a batch token cannot have", async () => {
    const mount = createMount();
    await mount.role("app", { token_type: "batch" });
    const written = mount.request("update", "role/app/token-num-uses", { token_num_uses: 1 });
    expect((await failed(written)).code).toBe("invalid_request");
  });
});
