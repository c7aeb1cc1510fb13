import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createKiller, type Killer } from "../../../support/crash.ts";
import { enrolled, errorOf, makeWorld, type World } from "../../core/mfa/support.ts";

/** `identity/mfa`: methods, enforcements and keys as operators and callers meet them. */

const METHOD = "identity/mfa/method/totp";
const NO_ID = "00000000-0000-4000-8000-000000000000";

let world: World;
let killer: Killer;
const call: World["server"]["call"] = (...args) => world.server.call(...args);
beforeAll(async () => {
  killer = createKiller();
  world = await makeWorld({ crash: killer.crash });
});
afterEach(async () => {
  await world.release();
  for (const id of await methods()) await call("DELETE", `${METHOD}/${id}`);
});
afterAll(() => world.server.dynamo.close());

const methods = async (): Promise<readonly string[]> =>
  ((await call("LIST", "identity/mfa/method")).data["keys"] ?? []) as unknown as string[];
const secretItems = async (): Promise<number> => {
  const { ScanCommand } = await import("@aws-sdk/client-dynamodb");
  const { Items = [] } = await world.server.dynamodb.send(new ScanCommand({ TableName: "zeroth-test" }));
  return Items.filter(({ pk, sk }) => pk?.S?.startsWith("entity#mfa-secret#") && sk?.S === "s").length;
};

describe("a method", () => {
  it.each<[body: object, text: string]>([
    [{}, "issuer must be set"],
    [{ issuer: "" }, "issuer must be set"],
    [{ issuer: "x".repeat(65) }, "issuer must not be longer than 64 characters"],
    [{ issuer: "Z", digits: 7 }, "digits can only be 6 or 8"],
    [{ issuer: "Z", algorithm: "sha1" }, "unrecognized algorithm"],
    [{ issuer: "Z", period: 0 }, "period must be greater than zero"],
    [{ issuer: "Z", period: "-1s" }, "period must be greater than zero"],
    [{ issuer: "Z", skew: 2 }, "skew must be 0 or 1"],
    [{ issuer: "Z", skew: -1 }, "skew must be 0 or 1"],
    [{ issuer: "Z", key_size: 0 }, "key_size must be greater than zero"],
    [{ issuer: "Z", key_size: 513 }, "key_size must not be greater than 512"],
    [{ issuer: "Z", qr_size: -1 }, "qr_size must be greater than or equal to zero"],
    [{ issuer: "Z", qr_size: 1025 }, "qr_size must not be greater than 1024"],
    [{ issuer: "Z", max_validation_attempts: -1 }, "max_validation_attempts must be greater than zero"],
  ])("%j is refused", async (body, text) => {
    expect(errorOf(await call("POST", METHOD, { body }))).toEqual([400, text]);
    expect(await methods()).toEqual([]);
  });

  it("draws a picture of the largest key with the longest issuer there may be", async () => {
    const id = await world.method({ issuer: "語".repeat(64), key_size: 512, qr_size: 250 });
    const entity = await world.entity((await world.mount()).path, "ann");
    const { data } = await call("POST", `${METHOD}/admin-generate`, { body: { method_id: id, entity_id: entity } });
    expect(Buffer.from(String(data["barcode"]), "base64").readUInt32BE(16)).toBe(250);
  });

  it("has a name of its own: a write without an id changes the method of that name, with another's id it is refused", async () => {
    const id = await world.method({ method_name: "phone" });
    expect(await world.method({ method_name: "phone", digits: 8 })).toBe(id);
    const other = await world.method({ method_name: "token" });
    expect(errorOf(await call("POST", `${METHOD}/${other}`, { body: { issuer: "Z", method_name: "phone" } }))).toEqual([
      400,
      "a login MFA method configuration with the method name phone already exists",
    ]);
    expect((await call("GET", `identity/mfa/method/${id}`)).data).toMatchObject({ name: "phone", digits: 8 });
    expect((await call("POST", `${METHOD}/${id}`, { body: { issuer: "Z" } })).status).toBe(204);
    expect((await call("GET", `${METHOD}/${id}`)).data).toMatchObject({ name: "phone", digits: 6, qr_size: 200 });
  });

  it("has its name alone, however many are made at once", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => world.method({ method_name: "race" })));
    expect(new Set(ids).size).toBe(1);
    expect(await methods()).toEqual([ids[0]]);
  });

  it("is made under the id of the path where there is none", async () => {
    expect((await call("POST", `${METHOD}/${NO_ID}`, { body: { issuer: "Z" } })).status).toBe(204);
    expect((await call("GET", `${METHOD}/${NO_ID}`)).data["id"]).toBe(NO_ID);
  });

  it("stays while an enforcement names it", async () => {
    const at = await world.mount();
    const id = await world.method();
    await world.enforce("user", { mfa_method_ids: [id], auth_method_accessors: [at.accessor] });
    const { data } = await call("GET", "identity/mfa/login-enforcement/user");
    expect(errorOf(await call("DELETE", `${METHOD}/${id}`))).toEqual([
      400,
      `methodID is still used by an enforcement configuration with ID: ${data["id"]}`,
    ]);
    await world.release();
    expect((await call("DELETE", `${METHOD}/${id}`)).status).toBe(204);
    expect((await call("GET", `${METHOD}/${id}`)).status).toBe(404);
  });

  it("is deleted or named by an enforcement, never both at once", async () => {
    const at = await world.mount();
    for (let round = 0; round < 4; round += 1) {
      const id = await world.method();
      const body = { mfa_method_ids: [id], auth_method_accessors: [at.accessor] };
      const [made, gone] = await Promise.all([
        call("POST", "identity/mfa/login-enforcement/race", { body }),
        call("DELETE", `${METHOD}/${id}`),
      ]);
      expect([made.status === 204, gone.status === 204].filter(Boolean)).toHaveLength(1);
      await world.release();
    }
  });

  it.each(["duo", "okta", "pingid", "u2f"])("of the type %s is an unknown path", async (type) => {
    for (const [method, path] of [
      ["POST", `identity/mfa/method/${type}`],
      ["LIST", `identity/mfa/method/${type}`],
      ["GET", `identity/mfa/method/${type}/${NO_ID}`],
      ["POST", `identity/mfa/method/${type}/${NO_ID}`],
    ] as const) {
      const answer = await call(method, path, method === "POST" ? { body: { issuer: "Z" } } : {});
      expect(errorOf(answer)).toEqual([404, "1 error occurred:\n\t* unsupported path\n\n"]);
    }
  });
});

describe("an enforcement", () => {
  const ENFORCEMENT = "identity/mfa/login-enforcement/all";

  it("reads back, is listed, and keeps what a write does not give", async () => {
    const at = await world.mount();
    const entity = await world.entity(at.path, "ann");
    const group = (await call("POST", "identity/group", { body: { name: "people" } })).data["id"];
    const method = await world.method();
    await world.enforce("all", { mfa_method_ids: [method], auth_method_accessors: [at.accessor] });
    await world.enforce("all", {
      mfa_method_ids: [method],
      auth_method_types: "gate",
      identity_group_ids: [group],
      identity_entity_ids: [entity],
    });
    const shown = {
      id: expect.any(String),
      name: "all",
      mfa_method_ids: [method],
      auth_method_accessors: [at.accessor],
      auth_method_types: ["gate"],
      identity_group_ids: [group],
      identity_entity_ids: [entity],
      namespace_id: "root",
      namespace_path: "",
    };
    expect((await call("GET", ENFORCEMENT)).data).toEqual(shown);
    expect((await call("LIST", "identity/mfa/login-enforcement")).data).toEqual({
      keys: ["all"],
      key_info: { all: shown },
    });
    expect((await call("DELETE", ENFORCEMENT)).status).toBe(204);
    expect((await call("GET", ENFORCEMENT)).status).toBe(404);
    expect((await call("LIST", "identity/mfa/login-enforcement")).status).toBe(404);
  });

  it("is refused where it names what is not there, or nobody", async () => {
    const method = await world.method();
    const at = await world.mount();
    const good = { mfa_method_ids: [method], auth_method_accessors: [at.accessor] };
    const nobody =
      "One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified";
    for (const [change, text] of [
      [{ mfa_method_ids: undefined }, "missing method ids"],
      [{ mfa_method_ids: [] }, "missing method ids"],
      [{ mfa_method_ids: [method, NO_ID] }, "one of the provided method ids doesn't exist"],
      [{ auth_method_accessors: undefined }, nobody],
      [{ auth_method_accessors: [] }, nobody],
      [{ auth_method_accessors: ["auth_gate_0"] }, "one of the auth method accessors provided is invalid"],
      [{ auth_method_types: ["kv"] }, "one of the auth method types provided is invalid"],
      [{ identity_group_ids: [NO_ID] }, "one of the provided group ids doesn't exist"],
      [{ identity_entity_ids: [NO_ID] }, "one of the provided entity ids doesn't exist"],
    ] as const) {
      expect(errorOf(await call("POST", ENFORCEMENT, { body: { ...good, ...change } }))).toEqual([400, text]);
    }
    expect((await call("GET", ENFORCEMENT)).status).toBe(404);
  });
});

describe("keys", () => {
  const destroy = (method_id: string, entity_id: string) =>
    call("POST", `${METHOD}/admin-destroy`, { body: { method_id, entity_id } });

  it("of the caller are made for its entity, and only for a caller that has one", async () => {
    const at = await world.mount();
    const method = await world.method({ method_name: "own" });
    await call("POST", "sys/policies/acl/app", {
      body: { policy: `path "${METHOD}/generate" { capabilities = ["update"] }` },
    });
    const { client_token: token, entity_id: entity } = (await world.login(at.path, "ann")).body["auth"] as unknown as {
      client_token: string;
      entity_id: string;
    };
    const made = await call("POST", `${METHOD}/generate`, { token, body: { method_id: method } });
    expect(made.data["url"]).toContain(`otpauth://totp/Zeroth:${entity}?algorithm=SHA1&digits=6&`);
    expect(made.data["barcode"]).toBe("");
    const again = await call("POST", `${METHOD}/generate`, { token, body: { method_id: method } });
    expect([again.status, again.body["data"], again.body["warnings"]]).toEqual([
      200,
      null,
      ['Entity already has a secret for MFA method "own"'],
    ]);
    expect(errorOf(await call("POST", `${METHOD}/generate`, { body: { method_id: method } }))).toEqual([
      400,
      "missing entityID",
    ]);
    expect((await call("POST", `${METHOD}/admin-generate`, { token, body: { method_id: method } })).status).toBe(403);
  });

  it("are refused for what is not there", async () => {
    const method = await world.method();
    const entity = await world.entity((await world.mount()).path, "ann");
    for (const path of ["admin-generate", "admin-destroy"]) {
      const refusal = async (body: object) => errorOf(await call("POST", `${METHOD}/${path}`, { body }));
      expect(await refusal({ entity_id: entity })).toEqual([400, "missing method ID"]);
      expect((await refusal({ method_id: method }))[0]).toBe(400);
      expect(await refusal({ method_id: method, entity_id: "nobody" })).toEqual([400, "invalid entity ID"]);
      expect(await refusal({ method_id: "none", entity_id: entity })).toEqual([
        400,
        'configuration for method ID "none" does not exist',
      ]);
    }
    expect((await destroy(method, entity)).status).toBe(204);
  });

  it("are made once, however many ask at once, and killed halfway there is a whole one or none", async () => {
    const method = await world.method();
    const entity = await world.entity((await world.mount()).path, "ann");
    const items = await secretItems();
    killer.kill("mfa.generate", "before");
    expect(await world.enrol(method, entity)).toBe("undefined");
    expect(await secretItems()).toBe(items);
    const urls = await Promise.all(Array.from({ length: 8 }, () => world.enrol(method, entity)));
    expect(urls.filter((url) => url.startsWith("otpauth:"))).toHaveLength(1);
    expect(await secretItems()).toBe(items + 1);
    killer.kill("mfa.destroy", "before");
    await destroy(method, entity);
    expect(await world.enrol(method, entity)).toBe("undefined");
    await destroy(method, entity);
    expect(await secretItems()).toBe(items);
  });

  it("go with their entity", async () => {
    const ann = await enrolled(world, "ann");
    const items = await secretItems();
    await call("DELETE", `identity/entity/id/${ann.entity}`);
    expect(await secretItems()).toBe(items - 1);
  });

  it("move to the entity that another is merged into; two for one method are a conflict, unless forced", async () => {
    const ann = await enrolled(world, "ann");
    const at = await world.mount();
    const survivor = await world.entity(at.path, "to");
    const merge = (from: string, more: object = {}) =>
      call("POST", "identity/entity/merge", { body: { from_entity_ids: [from], to_entity_id: survivor, ...more } });
    expect((await merge(ann.entity)).status).toBe(204);
    const first = await world.validate(await world.waiting(ann.path, "ann"), { [ann.method]: [world.code(ann.url)] });
    expect((first.body["auth"] as unknown as { entity_id: string }).entity_id).toBe(survivor);

    const other = await world.entity((await world.mount()).path, "other");
    const url = await world.enrol(ann.method, other);
    const items = await secretItems();
    expect(errorOf(await merge(other))).toEqual([400, `conflicting MFA secrets in entity ID "${other}"`]);
    expect((await merge(other, { force: true })).status).toBe(204);
    expect(await secretItems()).toBe(items - 1);
    world.server.clock.advance(120_000);
    const answers = [];
    for (const code of [world.code(url), world.code(ann.url)]) {
      answers.push((await world.validate(await world.waiting(ann.path, "ann"), { [ann.method]: [code] })).status);
    }
    expect(answers).toEqual([403, 200]);
  });
});
