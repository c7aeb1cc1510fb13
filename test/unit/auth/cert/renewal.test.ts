import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { type Made, makeAuthority, makeCertificate, makeList, type Wanted } from "../../../support/certificates.ts";
import type { TestServer } from "../../../support/make-server.ts";
import { authOf, logIn, makeCertServer } from "./support.ts";

/** V14 a token lives on only by the very certificate it was made with, and only while its role would take it still. */

const WANTED: Wanted = { name: "CN=web", serial: "77" };

let server: TestServer;
let root: Made;
let client: Made;
let token: string;
beforeAll(async () => {
  server = await makeCertServer();
  root = await makeAuthority("CN=root");
  client = await makeCertificate({ ...WANTED, by: root });
});
afterAll(() => server.dynamo.close());

const role = (body: object = {}) =>
  server.call("POST", "auth/cert/certs/web", {
    body: { certificate: root.cert, token_ttl: "1h", token_max_ttl: "1d", token_policies: "p", ...body },
  });
const config = (body: object) => server.call("POST", "auth/cert/config", { body });

beforeEach(async () => {
  await config({ disable_binding: false });
  await server.call("DELETE", "auth/cert/certs/web");
  await role();
  token = authOf(await logIn(server, client.cert)).client_token;
});

const renew = (peerCertificates: string | undefined, sourceAddress = "127.0.0.1") =>
  server.call("POST", "auth/token/renew-self", { token, body: {}, peerCertificates, sourceAddress });
const ends = async () => (await server.call("GET", "auth/token/lookup-self", { token })).data["expire_time"];

it("V14: is renewed over the certificate of its login", async () => {
  expect((await renew(client.cert)).status).toBe(200);
});

it("V14: is not renewed without one, nor over a sibling of the same name, serial number, key or issuer", async () => {
  const end = await ends();
  const siblings = await Promise.all([
    makeCertificate({ ...WANTED, by: root }),
    makeCertificate({ ...WANTED, by: root, keysOf: client, notAfter: "2098-01-01T00:00:00Z" }),
    makeCertificate({ name: "CN=other", by: root }),
    makeCertificate({ ...WANTED, by: root, keysOf: client, bare: true }),
  ]);
  for (const { cert } of siblings) {
    expect((await logIn(server, cert)).status).toBe(200);
    const answer = await renew(cert);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("client identity during renewal")]);
    expect((await renew(cert + client.cert)).status).toBe(400);
  }
  const without = await renew(undefined);
  expect([without.status, without.text]).toEqual([400, expect.stringContaining("no client certificate found")]);
  expect(await ends()).toEqual(end);
});

it("V14: is not renewed by somebody else who has the token, or its accessor, and not the certificate", async () => {
  const other = await makeCertificate({ name: "CN=other", by: root });
  const asRoot = await server.call("POST", "auth/token/renew", { body: { token }, peerCertificates: other.cert });
  const { data } = await server.call("GET", "auth/token/lookup-self", { token });
  const byAccessor = await server.call("POST", "auth/token/renew-accessor", { body: { accessor: data["accessor"] } });
  expect([asRoot.status, byAccessor.status]).toEqual([400, 400]);
});

it.each([
  ["binding", { allowed_common_names: "other" }, 400],
  ["policies", { token_policies: "q" }, 400],
  ["addresses", { token_bound_cidrs: "10.0.0.0/8" }, 403],
] as const)("V14: is not renewed once its role has other %s", async (_, body, status) => {
  const end = await ends();
  await role(body);
  expect((await renew(client.cert)).status).toBe(status);
  expect(await ends()).toEqual(end);
});

it("V14: is not renewed once its role trusts another authority, nor once the certificate was revoked", async () => {
  await role({ certificate: (await makeAuthority("CN=other")).cert });
  expect((await renew(client.cert)).status).toBe(400);
  await role();
  const { pem } = await makeList(root, { serials: ["77"] });
  await server.call("POST", "auth/cert/crls/root", { body: { crl: pem } });
  expect((await renew(client.cert)).status).toBe(400);
  await server.call("DELETE", "auth/cert/crls/root");
  expect((await renew(client.cert)).status).toBe(200);
});

it("V14: stays as it is once its role was deleted, or made again", async () => {
  const end = await ends();
  await server.call("DELETE", "auth/cert/certs/web");
  expect((await renew(client.cert)).status).toBe(204);
  await role();
  expect((await renew(client.cert)).status).toBe(204);
  expect(await ends()).toEqual(end);
});

it("is renewed without a certificate where the mount does not bind, by the limits of the role as it is now", async () => {
  await config({ disable_binding: true });
  await role({ token_ttl: "2h" });
  const answer = await renew(undefined);
  expect([answer.status, authOf(answer).lease_duration]).toEqual([200, 7200]);
  await role({ token_policies: "q" });
  expect((await renew(undefined)).status).toBe(400);
});
