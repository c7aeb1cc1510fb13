import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { entriesOf } from "../../../support/audit-log.ts";
import {
  derText,
  extension,
  type Made,
  makeAuthority,
  makeCertificate,
  type Wanted,
} from "../../../support/certificates.ts";
import type { Answered, TestServer } from "../../../support/make-server.ts";
import { authOf, logIn, makeCertServer } from "./support.ts";

const NOBODY = "invalid certificate or no client certificate supplied";

let server: TestServer;
let root: Made;
let middle: Made;
let other: Made;
beforeAll(async () => {
  server = await makeCertServer();
  root = await makeAuthority("CN=root");
  middle = await makeAuthority("CN=middle", { by: root });
  other = await makeAuthority("CN=other");
});
afterAll(() => server.dynamo.close());
beforeEach(async () => {
  const { data } = await server.call("GET", "auth/cert/certs?list=true");
  for (const name of (data["keys"] ?? []) as string[]) await server.call("DELETE", `auth/cert/certs/${name}`);
});

const role = (name: string, body: object) => server.call("POST", `auth/cert/certs/${name}`, { body });
const errors = (answer: Answered) => [answer.status, answer.body["errors"]];
const refused = [400, [NOBODY]];

describe("a login", () => {
  it("is by the client's certificate, whose names become the token's", async () => {
    const client = await makeCertificate({ name: "CN=web", by: root, serial: "4001" });
    await role("web", { certificate: root.cert, token_policies: "p", token_ttl: "1h", display_name: "shown" });
    const answer = await logIn(server, client.cert);

    expect(answer.status).toBe(200);
    expect(authOf(answer)).toMatchObject({
      lease_duration: 3600,
      metadata: {
        cert_name: "web",
        common_name: "web",
        serial_number: "16385",
        subject_key_id: expect.stringMatching(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/),
        authority_key_id: expect.stringMatching(/^([0-9a-f]{2}:){19}[0-9a-f]{2}$/),
      },
    });
    const self = await server.call("GET", "auth/token/lookup-self", { token: authOf(answer).client_token });
    expect(self.data).toMatchObject({ display_name: "cert-shown", path: "auth/cert/login" });
    const entity = await server.call("GET", `identity/entity/id/${authOf(answer).entity_id}`);
    expect(entity.data["aliases"]).toMatchObject([{ name: "web", metadata: null }]);
  });

  it("takes the issuers that the client sent along, from a role that knows the root alone", async () => {
    const client = await makeCertificate({ by: middle });
    await role("web", { certificate: root.cert });
    expect(errors(await logIn(server, client.cert))).toEqual(refused);
    expect((await logIn(server, client.cert + middle.cert)).status).toBe(200);
    await role("web", { certificate: root.cert + middle.cert });
    expect((await logIn(server, client.cert)).status).toBe(200);
  });

  it("takes nothing that the client's certificate alone does not earn", async () => {
    const stranger = await makeCertificate({ by: other });
    const good = await makeCertificate({ by: root });
    await role("web", { certificate: root.cert });
    expect(errors(await logIn(server, stranger.cert + good.cert + root.cert))).toEqual(refused);
    expect(errors(await logIn(server, stranger.cert + other.cert))).toEqual(refused);
  });

  it("without a certificate says that there is none, whatever headers claim", async () => {
    const client = await makeCertificate({ by: root });
    await role("web", { certificate: root.cert });
    const headers = Object.fromEntries(
      ["x-forwarded-client-cert", "ssl-client-cert", "x-amzn-mtls-clientcert"].map((name) => [
        name,
        encodeURIComponent(client.cert),
      ]),
    );
    const answer = await server.call("POST", "auth/cert/login", { token: null, body: {}, headers });
    expect(errors(answer)).toEqual([400, ["no client certificate found"]]);
    expect(errors(await logIn(server, undefined, { name: "web" }))).toEqual([400, ["no client certificate found"]]);
  });

  it("may name its role, in any case, and then no other counts", async () => {
    const client = await makeCertificate({ by: root, name: "OU=Ops, CN=web" });
    await role("a-dev", { certificate: root.cert, allowed_organizational_units: "Dev" });
    await role("b-ops", { certificate: root.cert, allowed_organizational_units: "Ops" });
    expect(authOf(await logIn(server, client.cert)).metadata["cert_name"]).toBe("b-ops");
    expect(authOf(await logIn(server, client.cert, { name: "B-OPS" })).metadata["cert_name"]).toBe("b-ops");
    expect(errors(await logIn(server, client.cert, { name: "a-dev" }))).toEqual(refused);
  });

  it("V42: gives one text to every certificate that no role takes, and to a role that is not there", async () => {
    await role("web", { certificate: root.cert, allowed_common_names: "web" });
    const made: readonly Wanted[] = [
      { name: "CN=web", by: other },
      { name: "CN=web" },
      { name: "CN=dev", by: root },
      { name: "CN=web", by: root, notAfter: "2029-01-01T00:00:00Z" },
      { name: "CN=web", by: root, notBefore: "2031-01-01T00:00:00Z" },
      { name: "CN=web", by: root, purposes: ["1.3.6.1.5.5.7.3.1"] },
      { name: "CN=web", by: root, hash: "SHA-1" },
      { name: "CN=web", by: root, more: [extension("1.2.3", derText("x"), true)] },
      { name: [{ CN: [{ utf8String: "web\0" }] }], by: root },
    ];
    for (const wanted of made)
      expect(errors(await logIn(server, (await makeCertificate(wanted)).cert))).toEqual(refused);
    const good = await makeCertificate({ name: "CN=web", by: root });
    for (const name of ["none", "../web", "web/", "w\0eb", "é"]) {
      expect(errors(await logIn(server, good.cert, { name }))).toEqual(refused);
    }
    for (const pem of [
      "nonsense",
      "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
      "x".repeat(70_000),
    ]) {
      expect(errors(await logIn(server, pem))).toEqual(refused);
    }
    expect((await logIn(server, good.cert)).status).toBe(200);
  });

  it("leaves the certificate's serial number in the audit log, whatever becomes of it", async () => {
    const audited = () =>
      entriesOf(server.auditLines)
        .slice(-2)
        .map(({ type, request }) => [type, Object(request).client_certificate_serial_number]);
    const stranger = await makeCertificate({ by: other, serial: "4001" });
    await logIn(server, stranger.cert + root.cert);
    expect(audited()).toEqual([
      ["request", "16385"],
      ["response", "16385"],
    ]);
    for (const shown of [undefined, "nonsense"]) {
      await logIn(server, shown);
      expect(audited().map(([, serial]) => serial)).toEqual([undefined, undefined]);
    }
  });

  it("by a common name of 10 KB is taken whole or refused", async () => {
    await role("web", { certificate: root.cert });
    const name = [{ CN: [{ utf8String: "n".repeat(10_240) }] }];
    const answer = await logIn(server, (await makeCertificate({ name, by: root })).cert);
    expect(answer.status).toBe(200);
    expect(authOf(answer).metadata["common_name"]).toHaveLength(10_240);
  });

  it("needs a common name, which names the caller", async () => {
    await role("web", { certificate: root.cert });
    const nameless = await makeCertificate({ name: "O=Org", by: root, uris: ["spiffe://example/web"] });
    expect(errors(await logIn(server, nameless.cert))).toEqual([400, ["missing name in alias"]]);
  });

  it("from an address outside the role's is refused with 403", async () => {
    const client = await makeCertificate({ by: root });
    await role("web", { certificate: root.cert, token_bound_cidrs: "10.0.0.0/8" });
    expect((await logIn(server, client.cert, {}, "192.0.2.1")).status).toBe(403);
    expect((await logIn(server, client.cert, {}, "10.1.2.3")).status).toBe(200);
  });

  it("keeps what extensions hold where the role says so, in the alias too where the mount says so", async () => {
    const client = await makeCertificate({
      by: root,
      name: "CN=extended",
      more: [extension("1.2.3.4", derText("gold")), extension("1.2.3.5", Buffer.from([2, 1, 5]))],
    });
    await role("web", { certificate: root.cert, allowed_metadata_extensions: "1.2.3.4,1.2.3.5,1.2.3.6" });
    await server.call("POST", "auth/cert/config", { body: { enable_identity_alias_metadata: true } });
    const answer = await logIn(server, client.cert);
    await server.call("POST", "auth/cert/config", { body: { enable_identity_alias_metadata: false } });

    const { metadata, entity_id } = authOf(answer);
    expect(metadata).toMatchObject({ "1-2-3-4": "gold", "1-2-3-5": "" });
    expect(Object.keys(metadata)).not.toContain("1-2-3-6");
    const { data } = await server.call("GET", `identity/entity/id/${entity_id}`);
    expect(data["aliases"]).toMatchObject([{ metadata }]);
  });

  it("that is refused may be told what its certificate says, where the mount says so", async () => {
    await role("web", { certificate: root.cert, allowed_common_names: "web" });
    const client = await makeCertificate({ name: `CN=${"n".repeat(200)}`, by: root, serial: "05" });
    expect((await logIn(server, client.cert)).body["data"]).toBeUndefined();
    await server.call("POST", "auth/cert/config", { body: { enable_metadata_on_failures: true } });
    const answer = await logIn(server, client.cert);
    const authority = await logIn(server, other.cert);
    await server.call("POST", "auth/cert/config", { body: { enable_metadata_on_failures: false } });
    expect(answer.data).toMatchObject({ common_name: `${"n".repeat(97)}...`, serial_number: "5" });
    expect(authority.body["data"]).toBeUndefined();
  });

  it("is held against the clock of the server", async () => {
    const client = await makeCertificate({ by: root, notAfter: "2030-01-01T01:00:00Z" });
    await role("web", { certificate: root.cert });
    const before = await logIn(server, client.cert);
    server.clock.advance(Date.UTC(2030, 0, 1, 1) - server.clock.now() + 1000);
    expect([before.status, (await logIn(server, client.cert)).status]).toEqual([200, 400]);
  });
});

describe("V12 a role of one client's own certificate", () => {
  it("takes that very certificate, and no other with its key, names and serial number", async () => {
    const wanted: Wanted = { name: "CN=pinned", serial: "77" };
    const own = await makeCertificate(wanted);
    await role("pinned", { certificate: own.cert });
    expect((await logIn(server, own.cert)).status).toBe(200);

    const renewed = await makeCertificate({ ...wanted, keysOf: own, notAfter: "2098-01-01T00:00:00Z" });
    const forged = await makeCertificate(wanted);
    for (const one of [renewed, forged]) {
      expect(errors(await logIn(server, one.cert))).toEqual(refused);
      expect(errors(await logIn(server, one.cert + own.cert))).toEqual(refused);
    }
  });

  it("does not make its issuer, nor what the certificate has issued, trusted", async () => {
    const own = await makeCertificate({ name: "CN=pinned", by: root });
    await role("pinned", { certificate: own.cert + root.cert });
    const sibling = await makeCertificate({ name: "CN=sibling", by: root });
    const below = await makeCertificate({ name: "CN=below", by: own });
    expect((await logIn(server, own.cert)).status).toBe(200);
    expect(errors(await logIn(server, sibling.cert))).toEqual(refused);
    expect(errors(await logIn(server, below.cert))).toEqual(refused);
  });

  it("ends with the certificate's time, and holds its constraints", async () => {
    const own = await makeCertificate({ name: "CN=pinned", notAfter: "2029-01-01T00:00:00Z" });
    const constrained = await makeCertificate({ name: "CN=constrained" });
    await role("pinned", { certificate: own.cert });
    await role("constrained", { certificate: constrained.cert, allowed_common_names: "another" });
    expect(errors(await logIn(server, own.cert))).toEqual(refused);
    expect(errors(await logIn(server, constrained.cert))).toEqual(refused);
  });
});

describe("V11 each constraint", () => {
  const MEETS = {
    allowed_names: "web.*",
    allowed_common_names: "web.example.com",
    allowed_dns_sans: "*.example.com",
    allowed_email_sans: "ops@*.com",
    allowed_uri_sans: "spiffe://*/web",
    allowed_organizational_units: "Dev,Ops",
    allowed_organizations: "Org",
    required_extensions: "1.2.3.4:gold*,hex:1.2.3.5:0201*",
  };
  const client = (over: Wanted = {}) =>
    makeCertificate({
      by: root,
      name: "O=Org, OU=Ops, CN=web.example.com",
      dns: ["web.example.com"],
      emails: ["ops@example.com"],
      uris: ["spiffe://example/web"],
      more: [extension("1.2.3.4", derText("gold ring")), extension("1.2.3.5", Buffer.from([2, 1, 7]))],
      ...over,
    });

  it("is met by a certificate that meets them all", async () => {
    await role("web", { certificate: root.cert, ...MEETS });
    expect((await logIn(server, (await client()).cert)).status).toBe(200);
  });

  it.each(
    Object.entries({
      allowed_names: "dev.*",
      allowed_common_names: "web.example",
      allowed_dns_sans: "*.example.org",
      allowed_email_sans: "ops@*.org",
      allowed_uri_sans: "spiffe://*/dev",
      allowed_organizational_units: "ops",
      allowed_organizations: "Org.",
      required_extensions: "1.2.3.4:gold*,hex:1.2.3.5:0202*",
    }),
  )("refuses by itself what violates %s of a role alone", async (name, value) => {
    await role("web", { certificate: root.cert, ...MEETS, [name]: value });
    expect(errors(await logIn(server, (await client()).cert))).toEqual(refused);
  });

  it.each([
    [
      "allowed_common_names, and names it as a host instead",
      { name: "O=Org, OU=Ops, CN=other", dns: ["web.example.com"] },
    ],
    ["allowed_dns_sans, and has none", { dns: [] }],
    ["allowed_email_sans, and has none", { emails: [] }],
    ["allowed_uri_sans, and has none", { uris: [] }],
    ["allowed_organizational_units, and has it as an organization", { name: "O=Org, O=Ops, CN=web.example.com" }],
    ["allowed_organizations, and has it as a unit", { name: "OU=Org, OU=Ops, CN=web.example.com" }],
    ["required_extensions: one is not there", { more: [extension("1.2.3.4", derText("gold ring"))] }],
    [
      "required_extensions: one is of another value",
      { more: [extension("1.2.3.4", derText("silver")), extension("1.2.3.5", Buffer.from([2, 1, 7]))] },
    ],
    [
      "required_extensions: one is not a text",
      { more: [extension("1.2.3.4", Buffer.from([2, 1, 7])), extension("1.2.3.5", Buffer.from([2, 1, 7]))] },
    ],
  ] satisfies [string, Wanted][])("refuses a certificate that violates %s", async (_, over) => {
    await role("web", { certificate: root.cert, ...MEETS });
    expect(errors(await logIn(server, (await client(over)).cert))).toEqual(refused);
  });
});
