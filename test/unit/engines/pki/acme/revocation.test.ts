import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { calculateJwkThumbprint } from "jose";
import { type AcmeClient, type AcmeKey, certificateRequest, dns } from "../../../../support/acme-client.ts";
import { type AcmeWorld, makeAcmeWorld, problemType } from "./world.ts";

let world: AcmeWorld;
let client: AcmeClient;
let issued: Issued;
beforeAll(async () => {
  world = await makeAcmeWorld();
});
afterAll(() => world.close());

interface Issued {
  readonly x509: X509Certificate;
  readonly der: string;
  readonly key: KeyObject;
}

const certificate = async (one: AcmeClient): Promise<Issued> => {
  const order = await one.order("www.example.com");
  await one.meet(order);
  await world.check();
  const { csr, privateKey } = certificateRequest(dns("www.example.com"));
  const { body } = await one.post(order.body.finalize, { csr });
  const x509 = new X509Certificate((await one.post(body.certificate)).text);
  return { x509, der: x509.raw.toString("base64url"), key: privateKey };
};

beforeEach(async () => {
  client = await world.client();
  await client.register();
  issued = await certificate(client);
});

const keyOf = async (privateKey: KeyObject): Promise<AcmeKey> => {
  const jwk = createPublicKey(privateKey).export({ format: "jwk" });
  return { algorithm: "ES256", privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
};
const revocationTime = async ({ x509 }: Issued): Promise<unknown> =>
  (await world.server.call("GET", `pki/cert/${x509.serialNumber.toLowerCase().match(/../g)?.join("-")}`)).data[
    "revocation_time"
  ];

describe("a certificate", () => {
  it("is revoked by the account that it was issued to, once", async () => {
    expect(await revocationTime(issued)).toBe(0);
    const answer = await client.post("revoke-cert", { certificate: issued.der });
    expect([answer.status, answer.body.state]).toEqual([200, "revoked"]);
    expect(await revocationTime(issued)).toBe(Math.floor(world.server.clock.now() / 1000));
    const again = await client.post("revoke-cert", { certificate: issued.der, reason: 0 });
    expect([again.status, again.body.type]).toEqual([400, problemType("alreadyRevoked")]);
  });
  it("is revoked by whoever has its key, without an account", async () => {
    client.kid = undefined;
    const answer = await client.post("revoke-cert", { certificate: issued.der }, { key: await keyOf(issued.key) });
    expect(answer.body.state).toBe("revoked");
  });
  it("is not revoked by another account, nor by another key", async () => {
    const other = await world.client();
    await other.register();
    expect((await other.post("revoke-cert", { certificate: issued.der })).body.type).toBe(problemType("malformed"));
    other.kid = undefined;
    expect((await other.post("revoke-cert", { certificate: issued.der })).body.type).toBe(problemType("malformed"));
    // The account's key says nothing without the account.
    client.kid = undefined;
    expect((await client.post("revoke-cert", { certificate: issued.der })).body.type).toBe(problemType("malformed"));
    expect(await revocationTime(issued)).toBe(0);
  });
  it("is not revoked by an account that was deactivated", async () => {
    await client.post(client.kid ?? "", { status: "deactivated" });
    expect((await client.post("revoke-cert", { certificate: issued.der })).body.type).toBe(problemType("unauthorized"));
  });
  it("that the mount did not issue to an account is not an account's", async () => {
    const { data } = await world.server.call("POST", "pki/issue/web", {
      body: { common_name: "api.example.com", key_type: "ec" },
    });
    const foreign = new X509Certificate(String(data["certificate"])).raw.toString("base64url");
    expect((await client.post("revoke-cert", { certificate: foreign })).body.type).toBe(problemType("malformed"));
  });
  it.each([
    ["nothing", {}],
    ["a number", { certificate: 7 }],
    ["no base64url", { certificate: "%%" }],
    ["no certificate", { certificate: "AAAA" }],
  ])("that is %s is malformed", async (_name, payload) =>
    expect((await client.post("revoke-cert", payload)).body.type).toBe(problemType("malformed")),
  );
  it("is revoked for no reason alone", async () => {
    for (const reason of [1, 4, 7, 99])
      expect((await client.post("revoke-cert", { certificate: issued.der, reason })).body.type).toBe(
        problemType("badRevocationReason"),
      );
    expect((await client.post("revoke-cert", { certificate: issued.der, reason: "1" })).body.type).toBe(
      problemType("malformed"),
    );
  });
  it("that is changed is not the mount's", async () => {
    const der = Buffer.from(issued.x509.raw);
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1;
    const { body } = await client.post("revoke-cert", { certificate: der.toString("base64url") });
    expect(body.type).toBe(problemType("malformed"));
    expect(await revocationTime(issued)).toBe(0);
  });
});
