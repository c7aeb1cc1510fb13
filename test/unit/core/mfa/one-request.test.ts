import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, enrolled, errorOf, makeWorld, type World } from "./support.ts";

/** Logins in one request: with their codes, without any, and what user lockout makes of them. */

const DENIED = [403, "permission denied"];

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterEach(() => world.release());
afterAll(() => world.server.dynamo.close());

describe("a login in one request", () => {
  const header = (text: string) => ({ headers: { "X-Vault-MFA": text } });

  it("shows the code in a header, by the method's id or name", async () => {
    const ann = await enrolled(world, "ann", { method_name: "by-name" });
    for (const name of [ann.method, "by-name"]) {
      world.server.clock.advance(120_000);
      const answer = await world.login(ann.path, "ann", {}, header(`${name}:${world.code(ann.url)}`));
      expect(authOf(answer)).toMatchObject({ entity_id: ann.entity, mfa_requirement: null });
    }
  });

  it("takes several headers, as one line or as several", async () => {
    const ann = await enrolled(world, "ann");
    const other = await world.method();
    const url = await world.enrol(other, ann.entity);
    await world.enforce("second", { mfa_method_ids: [other], identity_entity_ids: [ann.entity] });
    const codes = () => [`${ann.method}:${world.code(ann.url)}`, `${other}:passcode=${world.code(url)}`];
    expect((await world.login(ann.path, "ann", {}, header(codes().join(", ")))).status).toBe(200);
    world.server.clock.advance(120_000);
    const answer = await world.server.handle({
      method: "POST",
      path: `/v1/${ann.path}/login/ann`,
      query: "",
      headers: { "x-vault-mfa": codes() },
      body: new Uint8Array(0),
      sourceAddress: "127.0.0.1",
    });
    expect(answer.status).toBe(200);
  });

  it("refuses a wrong code, a missing one and another method's with one text, and never answers a requirement", async () => {
    const ann = await enrolled(world, "ann");
    const before = await world.tokens();
    for (const text of [`${ann.method}:${world.wrongCode(ann.url)}`, ann.method, `other:${world.code(ann.url)}`]) {
      expect(errorOf(await world.login(ann.path, "ann", {}, header(text)))).toEqual(DENIED);
    }
    expect(await world.tokens()).toBe(before);
  });

  it("V46: leaves no entity and no token behind for a name that has no key", async () => {
    const ann = await enrolled(world, "ann");
    const counted = async () => [
      await world.tokens(),
      (await world.server.store.query("entity#list", "identity")).items.length,
    ];
    const before = await counted();
    for (let time = 0; time < 10; time += 1) {
      const answer = await world.login(ann.path, `guess-${time}`, {}, header(`${ann.method}:123456`));
      expect(errorOf(answer)).toEqual(DENIED);
    }
    expect(await counted()).toEqual(before);
  });

  it("sees a key that was made after this process had remembered the entity", async () => {
    const at = await world.mount();
    const entity = await world.entity(at.path, "ann");
    await world.entity(at.path, "ann");
    const method = await world.method();
    await world.enforce("fresh", { mfa_method_ids: [method], auth_method_accessors: [at.accessor] });
    // Made elsewhere: what is remembered here is older.
    const body = { method_id: method, entity_id: entity };
    const made = await world.another()("identity/mfa/method/totp/admin-generate", body, world.server.root);
    const { data } = JSON.parse(made.text) as { data: { url: string } };
    expect((await world.login(at.path, "ann", {}, header(`${method}:${world.code(data.url)}`))).status).toBe(200);
  });

  it("says that a code was not asked for, where none is", async () => {
    const at = await world.mount();
    const answer = await world.login(at.path, "ann", {}, header("m:123456"));
    expect(answer.body["warnings"]).toEqual(["Found MFA header but failed to find MFA Enforcement Config"]);
  });
});

describe("a login that no enforcement is meant for", () => {
  it("has a token at once, and an empty requirement", async () => {
    await enrolled(world, "ann");
    const at = await world.mount();
    expect(authOf(await world.login(at.path, "ann")).mfa_requirement).toBe(null);
  });

  it("asks the table no more than before, whatever is enforced elsewhere", async () => {
    const at = await world.mount();
    // Makes the entity, then finds it, then remembers it.
    for (let time = 0; time < 2; time += 1) await world.login(at.path, "ann");
    const calls = async () => {
      await world.login(at.path, "ann");
      const before = world.server.table.calls.length;
      await world.login(at.path, "ann");
      return world.server.table.calls.slice(before).map(({ operation }) => operation);
    };
    const before = await calls();
    await enrolled(world, "bob");
    expect(await calls()).toEqual(before);
    expect(before).toHaveLength(2);
  });

  it("a token makes a token without a code, though an enforcement names that mount", async () => {
    const method = await world.method();
    const { data } = await world.server.call("GET", "sys/auth");
    const { accessor } = data["token/"] as unknown as { accessor: string };
    await world.enforce("tokens", { mfa_method_ids: [method], auth_method_accessors: [accessor] });
    const made = await world.server.call("POST", "auth/token/create", { body: { policies: ["app"] } });
    expect(await world.lives(authOf(made).client_token)).toBe(true);
  });
});

describe("user lockout", () => {
  const somebody = async () => {
    const at = await world.mount("userpass");
    await world.server.call("POST", `${at.path}/users/ann`, { body: { password: "right" } });
    const enter = (password: string, code?: string) =>
      world.login(at.path, "ann", { password }, code === undefined ? {} : { headers: { "X-Vault-MFA": code } });
    const method = await world.method();
    const url = await world.enrol(method, authOf(await enter("right")).entity_id);
    await world.enforce("people", { mfa_method_ids: [method], auth_method_accessors: [at.accessor] });
    const wrong = async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) await enter("wrong");
    };
    const locked = async () =>
      (await world.server.call("GET", `sys/locked-users?mount_accessor=${at.accessor}`)).data["total"];
    return { enter, wrong, locked, method, code: () => world.code(url), bad: () => world.wrongCode(url) };
  };

  it("comes before the second factor: the right password and code of a locked name are refused", async () => {
    const { enter, wrong, method, code } = await somebody();
    await wrong(5);
    expect(errorOf(await enter("right", `${method}:${code()}`))).toEqual(DENIED);
    expect(errorOf(await enter("right"))).toEqual(DENIED);
  });

  it("counts passwords and no codes; a right password forgets the wrong ones, whatever becomes of the code", async () => {
    const { enter, wrong, locked, method, bad } = await somebody();
    await wrong(4);
    expect((await enter("right")).status).toBe(200);
    await wrong(4);
    for (let time = 0; time < 6; time += 1) await enter("right", `${method}:${bad()}`);
    await wrong(4);
    expect([await locked(), (await enter("right")).status]).toEqual([0, 200]);
  });

  it("does not stop a login whose password was right before: its code is still asked for, and good", async () => {
    const { enter, wrong, locked, method, code } = await somebody();
    const id = authOf(await enter("right")).mfa_requirement?.mfa_request_id ?? "";
    await wrong(5);
    expect(await locked()).toBe(1);
    expect((await world.validate(id, { [method]: [code()] })).status).toBe(200);
  });
});

describe("a secret id with one use", () => {
  it("pays for one look at a code, however many logins show one at once", async () => {
    const { server } = world;
    const at = await world.mount("approle");
    const call = (path: string, body: object) => server.call("POST", `${at.path}/${path}`, { body });
    await call("role/app", { role_id: "app" });
    const issue = async (): Promise<string> =>
      String((await call("role/app/secret-id", { num_uses: 1 })).data["secret_id"]);
    const enter = (secret_id: string, code?: string) =>
      server.call("POST", `${at.path}/login`, {
        token: null,
        body: { role_id: "app", secret_id },
        ...(code === undefined ? {} : { headers: { "X-Vault-MFA": code } }),
      });
    const entity = authOf(await enter(await issue())).entity_id;
    const method = await world.method({ max_validation_attempts: 2 });
    const url = await world.enrol(method, entity);
    await world.enforce("machines", { mfa_method_ids: [method], auth_method_accessors: [at.accessor] });

    const secret = await issue();
    const shown = await Promise.all(
      Array.from({ length: 6 }, () => enter(secret, `${method}:${world.wrongCode(url)}`)),
    );
    expect(shown.filter(({ status }) => status === 403)).toHaveLength(1);
    // The key has room for another: one attempt of its two was made.
    expect((await enter(await issue(), `${method}:${world.code(url)}`)).status).toBe(200);
  });
});
