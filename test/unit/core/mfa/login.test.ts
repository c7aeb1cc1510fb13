import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { authOf, enrolled, errorOf, makeWorld, type World } from "./support.ts";

/** Logins that need a second factor, in two requests: the codes come with the second. */

const GONE = [400, "invalid request ID"];

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

  it("is finished by any process, even one that has just begun", async () => {
    const ann = await enrolled(world, "ann");
    const id = await world.waiting(ann.path, "ann");
    const body = { mfa_request_id: id, mfa_payload: { [ann.method]: [world.code(ann.url)] } };
    expect((await world.another()("sys/mfa/validate", body)).status).toBe(200);
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
