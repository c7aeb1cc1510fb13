import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { type AcmeClient, type AcmeKey, binding, CLUSTER, makeKey, message } from "../../../../support/acme-client.ts";
import { type AcmeWorld, makeAcmeWorld, problemType } from "./world.ts";

let world: AcmeWorld;
let client: AcmeClient;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.configure({ eab_policy: "not-required" });
  client = await world.client();
});

describe("an account", () => {
  it("is made once for a key, and found by it", async () => {
    const made = await client.register({ contact: ["mailto:a@example.com"] });
    expect(made.status).toBe(201);
    const kid = client.kid;
    client.kid = undefined;
    const again = await client.register({ contact: ["mailto:b@example.com"] });
    expect([again.status, client.kid, again.body.contact]).toEqual([200, kid, ["mailto:a@example.com"]]);
    client.kid = undefined;
    const found = await client.register({ onlyReturnExisting: true });
    expect([found.status, client.kid]).toEqual([200, kid]);
  });
  it("is one, however many requests make it at once", async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.post("new-account", {})));
    expect(new Set(answers.map(({ headers }) => headers["location"])).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
  it("is not made where it is only asked for", async () => {
    const { status, body } = await client.register({ onlyReturnExisting: true });
    expect([status, body.type]).toEqual([400, problemType("accountDoesNotExist")]);
  });
  it("is not made by an account", async () => {
    await client.register();
    expect((await client.post("new-account", {})).body.type).toBe(problemType("malformed"));
  });
  it("of one directory is none of another", async () => {
    await client.register();
    const other = await world.client("ES256", "roles/web/acme");
    other.key = client.key;
    expect((await other.register()).body.type).toBe(problemType("malformed"));
  });
  it.each([
    { contact: "mailto:a@example.com" },
    { contact: [7] },
    { contact: Array.from({ length: 21 }, () => "mailto:a@example.com") },
    { contact: [`mailto:${"a".repeat(2000)}`] },
    { termsOfServiceAgreed: "yes" },
    { onlyReturnExisting: 1 },
    { status: 7 },
    { externalAccountBinding: "x" },
  ])("is not made of %j", async (payload) =>
    expect((await client.register(payload)).body.type).toBe(problemType("malformed")),
  );
  it("changes its contacts, and keeps them where it says nothing", async () => {
    await client.register({ contact: ["mailto:a@example.com"] });
    const kid = client.kid ?? "";
    expect((await client.post(kid, { contact: ["mailto:b@example.com"] })).body.contact).toEqual([
      "mailto:b@example.com",
    ]);
    expect((await client.post(kid)).body).toEqual({
      status: "valid",
      orders: `${kid}/orders`,
      contact: ["mailto:b@example.com"],
    });
  });
  it("that is deactivated is for good, and does nothing more", async () => {
    await client.register();
    const kid = client.kid ?? "";
    const order = await client.order("www.example.com");
    expect((await client.post(kid, { status: "deactivated" })).body.status).toBe("deactivated");
    for (const [url, payload] of [
      [kid, { status: "valid" }],
      [kid, ""],
      ["new-order", { identifiers: [{ type: "dns", value: "a.example.com" }] }],
      [order.body.authorizations[0], ""],
      [order.body.finalize, { csr: "x" }],
      ["orders", ""],
      ["key-change", {}],
    ])
      expect((await client.post(url, payload)).body.type).toBe(problemType("unauthorized"));
    client.kid = undefined;
    expect((await client.register()).body.status).toBe("deactivated");
  });
  it("is changed by its own key alone", async () => {
    await client.register();
    const other = await world.client();
    await other.register();
    expect((await other.post(client.kid ?? "", { status: "deactivated" })).body.type).toBe(problemType("unauthorized"));
    expect((await client.post(client.kid ?? "")).body.status).toBe("valid");
  });
});

describe("a change of keys", () => {
  interface Inner {
    readonly key?: AcmeKey;
    readonly header?: object;
    readonly payload?: object;
  }
  let next: AcmeKey;
  beforeEach(async () => {
    await client.register();
    next = await makeKey("EdDSA");
  });
  const inner = ({ key = next, header = {}, payload = {} }: Inner = {}) =>
    message(
      key,
      { alg: key.algorithm, jwk: key.jwk, url: client.url("key-change"), ...header },
      { account: client.kid, oldKey: client.key.jwk, ...payload },
    );
  const changed = (given: Inner = {}) => client.post("key-change", inner(given));

  it("gives the account the new key, and takes the old one from it", async () => {
    const before = client.key;
    const answer = await changed();
    expect([answer.status, answer.headers["location"]]).toEqual([200, client.kid]);
    expect((await client.order("www.example.com")).body.type).toBe(problemType("malformed"));
    client.key = next;
    expect((await client.order("www.example.com")).status).toBe(201);
    // The old key is free again.
    const other = await world.client();
    other.key = before;
    expect((await other.register()).status).toBe(201);
    expect(other.kid).not.toBe(client.kid);
  });
  it("is refused where the new key did not sign, or another signed", async () => {
    const third = await makeKey("EdDSA");
    const made = inner();
    const forged = inner({ key: third, header: { jwk: next.jwk } });
    for (const payload of [
      { ...made, signature: "AAAA" },
      forged,
      { ...made, payload: inner({ payload: { more: 1 } }).payload },
      {},
      made.protected,
    ])
      expect((await client.post("key-change", payload)).body.type).toBe(problemType("malformed"));
  });
  it.each<[string, () => Inner]>([
    [
      "of another account",
      () => ({ payload: { account: `${CLUSTER}/acme/account/11111111-1111-1111-1111-111111111111` } }),
    ],
    ["without an account", () => ({ payload: { account: undefined } })],
    ["without the old key", () => ({ payload: { oldKey: undefined } })],
    ["with another old key", () => ({ payload: { oldKey: next.jwk } })],
    ["for another address", () => ({ header: { url: client.url("new-order") } })],
    ["with a nonce", () => ({ header: { nonce: "x" } })],
    ["with an account's id in place of a key", () => ({ header: { jwk: undefined, kid: client.kid } })],
    ["of no algorithm", () => ({ header: { alg: "none" } })],
  ])("%s is refused", async (_name, given) => {
    const { status } = await changed(given());
    expect(status).toBe(400);
    expect((await client.order("www.example.com")).status).toBe(201);
  });
  it("to a key that is an account's already is a conflict, and names the account", async () => {
    const other = await world.client();
    await other.register();
    const answer = await changed({ key: other.key });
    expect([answer.status, answer.headers["location"]]).toEqual([409, other.kid]);
    expect((await changed({ key: client.key })).status).toBe(409);
  });
  it("leaves nothing to the old key, in a request that was on its way too", async () => {
    let between: (() => Promise<unknown>) | undefined;
    const racing = await makeAcmeWorld({
      crash: async (name, step) => {
        const meanwhile = name === "acme.nonce" ? between : undefined;
        if (meanwhile) between = undefined;
        await meanwhile?.();
        return step();
      },
    });
    client = await racing.client();
    await client.register();
    const late = await racing.client();
    [late.key, late.kid] = [client.key, client.kid];
    between = () => changed();
    const answer = await late.post(client.kid ?? "", { status: "deactivated" });
    expect([answer.status, answer.body.type]).toEqual([401, problemType("unauthorized")]);
    client.key = next;
    expect((await client.post(client.kid ?? "")).body.status).toBe("valid");
    await racing.close();
  });
  it("by two at once leaves the account with one of the keys", async () => {
    const third = await makeKey();
    const answers = await Promise.all([changed(), changed({ key: third })]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
    const works = await Promise.all([next, third].map((key) => client.post("orders", "", { key })));
    expect(works.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe("a binding to an external account", () => {
  const made = async (directory = "acme") => (await world.server.call("POST", `pki/${directory}/new-eab`)).data;
  const bound = (eab: Record<string, unknown>, over: object = {}, key = client.key) =>
    binding(String(eab["id"]), String(eab["key"]), key, client.url("new-account"), over);
  const register = (externalAccountBinding: object) => client.register({ externalAccountBinding });

  it("is made for a directory, listed until it is used, and deleted", async () => {
    const eab = await made("roles/web/acme");
    expect(eab).toMatchObject({ key_type: "hs", acme_directory: "roles/web/acme/directory" });
    expect(eab["key"]).toMatch(/^vault-eab-0-[\w-]{43}$/);
    const { data } = await world.server.call("LIST", "pki/eab");
    expect(data["keys"]).toContain(eab["id"]);
    expect(Object(data["key_info"])[String(eab["id"])]).toEqual({
      key_type: "hs",
      acme_directory: "roles/web/acme/directory",
      created_on: eab["created_on"],
    });
    expect(JSON.stringify(data)).not.toContain(String(eab["key"]));
    expect((await world.server.call("DELETE", `pki/eab/${eab["id"]}`)).status).toBe(204);
    const again = await world.server.call("DELETE", `pki/eab/${eab["id"]}`);
    expect(again.body["warnings"]).toEqual([`No key id found with id: ${eab["id"]}`]);
  });
  it("needs a token to be made", async () => {
    for (const at of ["acme/new-eab", "roles/web/acme/new-eab", "issuer/default/acme/new-eab", "eab"])
      expect((await world.server.call(at === "eab" ? "LIST" : "POST", `pki/${at}`, { token: null })).status).toBe(403);
  });
  it("makes one account", async () => {
    await world.configure({ eab_policy: "new-account-required" });
    const eab = await made();
    const answer = await register(bound(eab));
    expect(answer.status).toBe(201);
    expect(answer.body.externalAccountBinding).toBeDefined();
    client = await world.client();
    expect((await register(bound(eab))).body.type).toBe(problemType("unauthorized"));
  });
  it("makes one account of two at once", async () => {
    const eab = await made();
    const two = [await world.client(), await world.client()];
    const answers = await Promise.all(
      two.map((one) => one.register({ externalAccountBinding: bound(eab, {}, one.key) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401]);
  });
  it("is needed where the policy says so, for new accounts or for all", async () => {
    await client.register();
    await world.configure({ eab_policy: "new-account-required" });
    expect((await client.order("www.example.com")).status).toBe(201);
    const fresh = await world.client();
    const refused = await fresh.register();
    expect([refused.status, refused.body.type]).toEqual([401, problemType("externalAccountRequired")]);
    await world.configure({ eab_policy: "always-required" });
    expect((await client.order("www.example.com")).body.type).toBe(problemType("externalAccountRequired"));
    expect((await client.raw("GET", "directory")).body.meta).toEqual({ externalAccountRequired: true });
  });
  it.each<[string, (eab: Record<string, unknown>) => Promise<object> | object, string]>([
    ["of another secret", (eab) => bound({ ...eab, key: "AAAA" }), "unauthorized"],
    ["that nobody made", (eab) => bound({ ...eab, id: "11111111-1111-1111-1111-111111111111" }), "unauthorized"],
    ["whose id is a path", (eab) => bound({ ...eab, id: "../config/acme" }), "unauthorized"],
    ["of another key", async (eab) => bound(eab, {}, await makeKey()), "malformed"],
    ["for another address", (eab) => bound(eab, { url: `${CLUSTER}/acme/new-order` }), "unauthorized"],
    ["without an address", (eab) => bound(eab, { url: undefined }), "malformed"],
    ["with a nonce", (eab) => bound(eab, { nonce: "x" }), "malformed"],
    ["of no algorithm", (eab) => bound(eab, { alg: "none" }), "malformed"],
    ["of an algorithm for keys", (eab) => bound(eab, { alg: "ES256" }), "malformed"],
    ["with a member missing", (eab) => ({ ...bound(eab), signature: undefined }), "malformed"],
  ])("%s makes none", async (_name, given, wanted) => {
    const eab = await made();
    expect((await register(await given(eab))).body.type).toBe(problemType(wanted));
    // It is not used up by that.
    client = await world.client();
    expect((await register(bound(eab))).status).toBe(201);
  });
  it("of another directory makes none", async () => {
    const eab = await made("roles/web/acme");
    expect((await register(bound(eab))).body.type).toBe(problemType("unauthorized"));
  });
});
