import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Made, makeAuthority, makeCertificate, SERVER_AUTH } from "../../../support/certificates.ts";
import type { Answered, TestServer } from "../../../support/make-server.ts";
import { makeCertServer } from "./support.ts";

let server: TestServer;
let root: Made;
beforeAll(async () => {
  server = await makeCertServer();
  root = await makeAuthority("CN=root");
});
afterAll(() => server.dynamo.close());

let last = 0;
const write = (body: object, name = `r${++last}`) => server.call("POST", `auth/cert/certs/${name}`, { body });
const valid = (body: object = {}, name?: string) => write({ certificate: root.cert, ...body }, name);
const errors = (answer: Answered) => [answer.status, answer.body["errors"]];

const LISTS = [
  "allowed_names",
  "allowed_common_names",
  "allowed_dns_sans",
  "allowed_email_sans",
  "allowed_uri_sans",
  "allowed_organizational_units",
  "allowed_organizations",
  "required_extensions",
] as const;
const patternFor = (name: string) => (name === "required_extensions" ? "1.2.3:a*" : "a*");

describe("V59 a list of constraints that says nothing", () => {
  it.each(LISTS)("leaves a new role without %s, as absent does, and never takes one away from a role", async (name) => {
    // Clients write "" for what they do not set.
    for (const given of ["", [], null]) expect((await valid({ [name]: given })).status).toBe(204);
    for (const given of ["", [], null, " ", [""], [" "], ","]) {
      await valid({ [name]: patternFor(name) }, "bound");
      expect((await valid({ [name]: given }, "bound")).status).toBe(400);
      expect((await server.call("GET", "auth/cert/certs/bound")).data[name]).toEqual([patternFor(name)]);
    }
    await server.call("DELETE", "auth/cert/certs/bound");
  });

  it.each(LISTS)("of empty names is refused as %s", async (name) => {
    for (const given of [[""], [" "], " ", ",", ["", ""]]) expect((await valid({ [name]: given })).status).toBe(400);
  });

  it("keeps the names among empty ones", async () => {
    await valid({ allowed_names: ["", " a ", "b", "a"] }, "named");
    expect((await server.call("GET", "auth/cert/certs/named")).data["allowed_names"]).toEqual(["a", "b"]);
  });
});

describe("a role", () => {
  it("keeps what a later write does not name", async () => {
    await valid({ allowed_names: "a", token_ttl: "1h", display_name: "d" }, "kept");
    await write({ token_policies: "p" }, "KEPT");
    expect((await server.call("GET", "auth/cert/certs/Kept")).data).toMatchObject({
      certificate: root.cert,
      allowed_names: ["a"],
      token_ttl: 3600,
      token_policies: ["p"],
      display_name: "d",
    });
  });

  it("takes its lifetime by older names, the oldest too", async () => {
    await valid({ lease: 60, period: "2m", policies: "A", bound_cidrs: "10.0.0.0/8" }, "old");
    expect((await server.call("GET", "auth/cert/certs/old")).data).toMatchObject({
      ttl: 60,
      token_ttl: 60,
      token_period: 120,
      token_policies: ["a"],
      token_bound_cidrs: ["10.0.0.0/8"],
    });
    expect(errors(await valid({ ttl: "2h", max_ttl: "1h" }))).toEqual([400, ["ttl should be shorter than max_ttl"]]);
  });

  it.each([
    ["no certificate", {}, "failed to parse certificate"],
    ["text", { certificate: "nonsense" }, "failed to parse certificate"],
    [
      "a broken one",
      { certificate: "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----" },
      "failed to parse certificate: not a certificate, or a broken one",
    ],
  ])("is not made with %s", async (_, body, wire) => {
    expect(errors(await write(body))).toEqual([400, [wire]]);
  });

  it("is not made with a broken certificate behind a good one, one for servers, or one with a weak key", async () => {
    const servers = await makeCertificate({ purposes: [SERVER_AUTH] });
    const weak = await makeAuthority("CN=weak", { kind: "RSA-1024" });
    const broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    expect((await write({ certificate: root.cert + broken })).status).toBe(400);
    expect(errors(await write({ certificate: servers.cert }))).toEqual([
      400,
      ["nonCA certificates should have TLS client authentication set as an extended key usage"],
    ]);
    expect((await write({ certificate: weak.cert })).status).toBe(400);
  });

  it.each(["1.2.3", "1.2.3:", "gold", "hex:1.2.3:xyz", "hex:1.2.3", ":a", "1:a"])(
    "is not made with the required extension %j",
    async (required_extensions) => {
      expect((await valid({ required_extensions: [required_extensions] })).status).toBe(400);
    },
  );

  it.each([
    { ocsp_enabled: true },
    { ocsp_ca_certificates: "x" },
    { ocsp_servers_override: ["http://ocsp.test/"] },
    { ocsp_fail_open: true },
    { ocsp_query_all_servers: true },
  ])("V11: is not made with %j, which would be ignored", async (ocsp) => {
    const answer = await valid(ocsp);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("OCSP is not checked")]);
  });

  it("takes OCSP switched off, and reads back so", async () => {
    const off = { ocsp_enabled: false, ocsp_ca_certificates: "", ocsp_servers_override: [], ocsp_fail_open: false };
    expect((await valid(off, "off")).status).toBe(204);
    expect((await server.call("GET", "auth/cert/certs/off")).data).toMatchObject({
      ocsp_enabled: false,
      ocsp_servers_override: null,
    });
  });

  it("comes with a warning where only its first certificate counts, or its times are cut", async () => {
    const own = await makeCertificate({ by: root });
    const pinned = await write({ certificate: own.cert + root.cert });
    expect(pinned.body["warnings"]).toEqual([expect.stringContaining("it alone may log in")]);
    const long = await valid({ token_ttl: "999h", token_max_ttl: "9999h", token_period: "9999h" });
    expect(long.body["warnings"]).toHaveLength(3);
  });
});

it("the configuration has defaults, and keeps what a write does not name", async () => {
  const read = async () => (await server.call("GET", "auth/cert/config")).data;
  expect(await read()).toEqual({
    disable_binding: false,
    enable_identity_alias_metadata: false,
    enable_metadata_on_failures: false,
    ocsp_cache_size: 100,
  });
  await server.call("POST", "auth/cert/config", { body: { disable_binding: true } });
  await server.call("POST", "auth/cert/config", { body: { ocsp_cache_size: 5 } });
  expect(await read()).toMatchObject({ disable_binding: true, ocsp_cache_size: 5 });
  expect((await server.call("POST", "auth/cert/config", { body: { ocsp_cache_size: 1 } })).status).toBe(400);
});
