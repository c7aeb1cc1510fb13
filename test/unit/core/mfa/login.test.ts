import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, enrolled, errorOf, makeWorld, type World } from "./support.ts";

/** Logins that need a second factor, in one request and in two. */

const GONE = [400, "invalid request ID"];
const DENIED = [403, "permission denied"];

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
afterEach(() => world.release());
afterAll(() => world.server.dynamo.close());

describe("a login in two requests", () => {
  it("answers what is needed instead of a token, and the token for the code, once", async () => {
    const ann = await enrolled(world, "ann", { method_name: "phone" });
    const first = await world.login(ann.path, "ann");

    expect([first.status, first.body["warnings"]]).toEqual([200, [expect.stringContaining("subject to MFA")]]);
    const { mfa_requirement: requirement, ...auth } = authOf(first);
    expect(auth).toEqual({
      client_token: "",
      accessor: "",
      policies: null,
      metadata: null,
      lease_duration: 0,
      renewable: false,
      entity_id: "",
      token_type: "default",
      orphan: false,
      num_uses: 0,
    });
    expect(requirement?.mfa_constraints).toEqual({
      [ann.enforcement]: { any: [{ type: "totp", id: ann.method, uses_passcode: true, name: "phone" }] },
    });

    const id = requirement?.mfa_request_id ?? "";
    const second = await world.validate(id, { [ann.method]: [world.code(ann.url)] });
    expect(authOf(second)).toMatchObject({
      entity_id: ann.entity,
      policies: ["app", "default"],
      mfa_requirement: null,
    });
    expect(await world.lives(authOf(second).client_token)).toBe(true);
    expect(errorOf(await world.validate(id, { [ann.method]: [world.code(ann.url, 1)] }))).toEqual(GONE);
  });

  it("is finished by any process, also one that has just begun", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const answer = await world.another().handle({
      method: "POST",
      path: "/v1/sys/mfa/validate",
      query: "",
      headers: {},
      body: Buffer.from(JSON.stringify({ mfa_request_id: id, mfa_payload: { [ann.method]: [world.code(ann.url)] } })),
      sourceAddress: "127.0.0.1",
    });
    expect(answer.status).toBe(200);
  });

  it("waits five minutes by the clock, whenever the table forgets it", async () => {
    const ann = await enrolled(world, "ann");
    const [first, second] = [await world.waiting(ann.path, "ann"), await world.waiting(ann.path, "ann")];
    world.server.clock.advance(299_999);
    expect((await world.validate(first, { [ann.method]: [world.code(ann.url)] })).status).toBe(200);
    world.server.clock.advance(1);
    expect(errorOf(await world.validate(second, { [ann.method]: [world.code(ann.url, 1)] }))).toEqual(GONE);
  });

  it("stays open for the right code after wrong ones", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const wrong = await world.validate(id, { [ann.method]: [world.wrongCode(ann.url)] });
    expect(errorOf(wrong)).toEqual([
      403,
      `failed to satisfy enforcement ${ann.enforcement}. error: 2 errors occurred:\n\t* MFA credentials not supplied or incorrect\n\t* login MFA validation failed for methodID: [${ann.method}]\n\n`,
    ]);
    expect((await world.validate(id, { [ann.method]: [`passcode=${world.code(ann.url)}`] })).status).toBe(200);
  });

  it.each<[payload: unknown, status: number, text: string]>([
    [undefined, 403, "login MFA validation failed"],
    [{}, 403, "login MFA validation failed"],
    [{ other: ["123456"] }, 403, "login MFA validation failed"],
    [{ METHOD: [] }, 403, "not supplied or incorrect"],
    [{ METHOD: null }, 403, "not supplied or incorrect"],
    [{ METHOD: ["CODE", "CODE"] }, 403, "found multiple passcodes"],
    [{ METHOD: ["passcode="] }, 403, "invalid passcode"],
    [{ METHOD: ["a=b"] }, 403, "found an invalid MFA cred"],
    [{ METHOD: "CODE" }, 400, "invalid mfa payload"],
    [{ METHOD: [123456] }, 400, "invalid mfa payload"],
    [{ METHOD: [["CODE"]] }, 400, "invalid mfa payload"],
    [{ METHOD: { 0: "CODE" } }, 400, "invalid mfa payload"],
    ["CODE", 400, "Field validation failed"],
    [["CODE"], 400, "Field validation failed"],
    [7, 400, "Field validation failed"],
  ])("refuses the payload %j", async (payload, status, text) => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const filled = JSON.parse(
      JSON.stringify(payload ?? null)
        .replaceAll("METHOD", ann.method)
        .replaceAll("CODE", world.code(ann.url)),
    ) as unknown;
    const answer = await world.validate(id, payload === undefined ? undefined : filled);
    expect(errorOf(answer)).toEqual([status, expect.stringContaining(text)]);
  });

  it("asks for the request id, and knows only its own", async () => {
    expect(errorOf(await world.validate("", {}))).toEqual([400, "missing request ID"]);
    for (const id of ["nothing", "00000000-0000-4000-8000-000000000000", "x".repeat(5000), "é", "a/b#c"]) {
      expect(errorOf(await world.validate(id, {}))).toEqual(GONE);
    }
    expect((await world.server.call("GET", "sys/mfa/validate", { token: null })).status).toBe(405);
  });

  it("tells what somebody without a key lacks, and lets them in once they have one", async () => {
    const at = await world.mount();
    const method = await world.method({ method_name: "late" });
    await world.enforce("early", { mfa_method_ids: [method], auth_method_accessors: [at.accessor] });
    const id = await world.waiting(at.path, "new");
    const { data } = await world.server.call("POST", "identity/lookup/entity", {
      body: { alias_name: "new", alias_mount_accessor: at.accessor },
    });
    const refused = await world.validate(id, { [method]: ["123456"] });
    expect(errorOf(refused)).toEqual([
      403,
      expect.stringContaining(`MFA secret for method name "late" not present in entity "${data["id"]}"`),
    ]);
    const url = await world.enrol(method, String(data["id"]));
    expect((await world.validate(id, { [method]: [world.code(url)] })).status).toBe(200);
  });

  it("can be wrapped in both halves, and the codes are asked for all the same", async () => {
    const ann = await enrolled(world, "ann");
    const headers = { "X-Vault-Wrap-TTL": "60" };
    const unwrapped = async (wrap: unknown) =>
      world.server.call("POST", "sys/wrapping/unwrap", { token: (wrap as { token: string }).token });
    const first = await world.login(ann.path, "ann", {}, { headers });
    expect(first.body["auth"]).toBe(null);
    const id = authOf(await unwrapped(first.body["wrap_info"])).mfa_requirement?.mfa_request_id ?? "";
    const second = await world.validate(id, { [ann.method]: [world.code(ann.url)] }, { headers });
    expect(second.body["auth"]).toBe(null);
    expect(await world.lives(authOf(await unwrapped(second.body["wrap_info"])).client_token)).toBe(true);
  });

  it("shows what a login shows once with its token, not before", async () => {
    const ann = await enrolled(world, "ann");
    const first = await world.login(ann.path, "ann", { secret: "for-ann-alone" });
    expect(first.text).not.toContain("for-ann-alone");
    const id = authOf(first).mfa_requirement?.mfa_request_id ?? "";
    const second = await world.validate(id, { [ann.method]: [world.code(ann.url)] });
    expect(second.body["auth"]).toMatchObject({ metadata: { said: "ann", secret: "for-ann-alone" } });
    const { text } = await world.server.call("GET", "auth/token/lookup-self", { token: authOf(second).client_token });
    expect(text).not.toContain("for-ann-alone");
  });

  it("spends what works once with the first request", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann", { strict: "signed" });
    expect(errorOf(await world.login(ann.path, "ann", { strict: "signed" }))).toEqual([
      400,
      "login request has already been used",
    ]);
    expect((await world.validate(id, { [ann.method]: [world.code(ann.url)] })).status).toBe(200);
  });

  it("spends the secret id of an AppRole with the first request, and gives its token with the second", async () => {
    const at = await world.mount("approle");
    await world.server.call("POST", `${at.path}/role/app`, { body: { secret_id_num_uses: 1, token_policies: "app" } });
    const role_id = (await world.server.call("GET", `${at.path}/role/app/role-id`)).data["role_id"];
    const secret = async () => (await world.server.call("POST", `${at.path}/role/app/secret-id`)).data["secret_id"];
    const logIn = (secret_id: unknown) =>
      world.server.call("POST", `${at.path}/login`, { token: null, body: { role_id, secret_id } });
    const entity = authOf(await logIn(await secret())).entity_id;
    const method = await world.method();
    const url = await world.enrol(method, entity);
    await world.enforce("roles", { mfa_method_ids: [method], auth_method_types: ["approle"] });

    const once = await secret();
    const id = authOf(await logIn(once)).mfa_requirement?.mfa_request_id ?? "";
    expect((await logIn(once)).status).toBe(400);
    const done = await world.validate(id, { [method]: [world.code(url)] });
    expect(authOf(done)).toMatchObject({ entity_id: entity, policies: ["app", "default"] });
    expect(
      (await world.server.call("POST", "auth/token/renew-self", { token: authOf(done).client_token })).status,
    ).toBe(200);
  });

  it("gives a batch token where the role says so", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann", { batch: true });
    const done = await world.validate(id, { [ann.method]: [world.code(ann.url)] });
    expect(authOf(done).token_type).toBe("batch");
    expect(await world.lives(authOf(done).client_token)).toBe(true);
    expect(errorOf(await world.validate(id, { [ann.method]: [world.code(ann.url, 1)] }))).toEqual(GONE);
  });
});

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
    const other = world.another();
    const made = await other.handle({
      method: "POST",
      path: "/v1/identity/mfa/method/totp/admin-generate",
      query: "",
      headers: { "x-vault-token": [world.server.root] },
      body: Buffer.from(JSON.stringify({ method_id: method, entity_id: entity })),
      sourceAddress: "127.0.0.1",
    });
    const { data } = JSON.parse(Buffer.from(made.body).toString()) as { data: { url: string } };
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

  it("a token made by a token is none", async () => {
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
