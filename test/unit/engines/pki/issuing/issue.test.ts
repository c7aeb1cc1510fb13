import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Answered, makeServer, type TestServer } from "../../../../support/make-server.ts";
import {
  certificateOf,
  csrOf,
  type Fields,
  good,
  mountPki,
  type Pki,
  readByOpenSsl,
  refusal,
} from "./support/mount.ts";

let server: TestServer;
let pki: Pki;
beforeAll(async () => {
  server = await makeServer();
  pki = await mountPki(server);
  await pki.role("any", {
    allow_any_name: true,
    allowed_uri_sans: "*",
    allowed_other_sans: "*",
    allowed_user_ids: "*",
    allowed_serial_numbers: "*",
  });
  await pki.role("sub", { allowed_domains: "example.com", allow_subdomains: true, allow_bare_domains: true });
});
afterAll(() => server.dynamo.close());

describe("a certificate that is issued", () => {
  it("is of the key that comes with it, and signed by its issuer", async () => {
    const answer = await pki.issue("sub", { common_name: "a.example.com" });
    const { data } = answer;
    const certificate = certificateOf(answer);

    expect(certificate.checkPrivateKey(createPrivateKey(String(data["private_key"])))).toBe(true);
    expect(certificate.verify(new X509Certificate(String(data["issuing_ca"])).publicKey)).toBe(true);
    expect(readByOpenSsl(String(data["certificate"]), "-ext", "subjectAltName")).toContain("DNS:a.example.com");
    expect(data["not_before"]).toBe(Date.UTC(2030, 0, 1) / 1000 - 30);
    expect(data["expiration"]).toBe(Date.UTC(2030, 0, 1) / 1000 + 3600);
    expect(String(data["serial_number"]).replaceAll(":", "").toUpperCase()).toBe(certificate.serialNumber);
  });

  it("comes in every format, with its key in every form", async () => {
    await pki.role("rsa", { allow_any_name: true, key_type: "rsa" });
    await pki.role("ed", { allow_any_name: true, key_type: "ed25519" });
    const labels: string[] = [];
    for (const role of ["rsa", "any", "ed"]) {
      for (const private_key_format of role === "any" ? ["", "der", "pem", "pkcs8"] : ["", "pkcs8"]) {
        const answer = await pki.issue(role, { common_name: "a.test", private_key_format });
        const key = String(good(answer).data["private_key"]);
        expect(certificateOf(answer).checkPrivateKey(createPrivateKey(key))).toBe(true);
        labels.push(key.split("\n", 1)[0] ?? "");
      }
      const der = good(await pki.issue(role, { common_name: "a.test", format: "der", private_key_format: "pkcs8" }));
      const bytes = Buffer.from(String(der.data["private_key"]), "base64");
      expect(createPrivateKey({ key: bytes, format: "der", type: "pkcs8" }).type).toBe("private");
    }
    const [plain, packed] = ["-----BEGIN RSA PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----"];
    const curve = "-----BEGIN EC PRIVATE KEY-----";
    expect(labels).toEqual([plain, packed, curve, curve, curve, packed, packed, packed]);
  });

  it("leaves out roots when asked, so that nothing is left of a chain of one", async () => {
    const { data } = good(await pki.issue("any", { common_name: "a.test", remove_roots_from_chain: true }));
    expect(data).not.toHaveProperty("ca_chain");
    expect(data["issuing_ca"]).toContain("BEGIN CERTIFICATE");
  });
});

describe("names", () => {
  const issued = async (role: string, body: Fields) => {
    const certificate = certificateOf(good(await pki.issue(role, body)));
    return { subject: certificate.subject, names: certificate.subjectAltName };
  };

  it("of hosts beyond ASCII are written as A-labels, those of mailboxes too", async () => {
    expect(await issued("any", { common_name: "BÜCHER.test" })).toEqual({
      subject: "CN=BÜCHER.test",
      names: "DNS:xn--bcher-kva.test",
    });
    expect(await issued("any", { common_name: "bob@bücher.test" })).toEqual({
      subject: "CN=bob@bücher.test",
      names: "email:bob@xn--bcher-kva.test",
    });
  });

  it("in a list may have blanks around them, and are there once", async () => {
    const body = { common_name: "a.example.com", alt_names: "b.example.com, c.example.com,,b.example.com" };
    expect((await issued("sub", body)).names).toBe("DNS:a.example.com, DNS:b.example.com, DNS:c.example.com");
  });

  it("of all kinds are written", async () => {
    const body = {
      common_name: "a.test",
      alt_names: "z@a.test,y@a.test",
      ip_sans: "10.0.0.1,2001:DB8::1,::ffff:10.0.0.2",
      uri_sans: "spiffe://a/b?c=%41,urn:x:y",
      other_sans: "1.3.6.1.4.1.311.20.2.3;UTF-8:bob@a.test",
    };
    const answer = good(await pki.issue("any", body));
    const read = readByOpenSsl(String(answer.data["certificate"]), "-ext", "subjectAltName");
    expect(read.split("\n")[1]?.trim().split(", ").sort()).toEqual([
      "DNS:a.test",
      "IP Address:10.0.0.1",
      "IP Address:10.0.0.2",
      "IP Address:2001:DB8:0:0:0:0:0:1",
      "URI:spiffe://a/b?c=%41",
      "URI:urn:x:y",
      "email:y@a.test",
      "email:z@a.test",
      "othername: UPN::bob@a.test",
    ]);
  });

  it.each<[what: string, role: string, body: Fields, text: string]>([
    ["an empty label", "any", { common_name: "a..test" }, 'idna: invalid label "a..test"'],
    ["an A-label for ASCII", "any", { common_name: "xn--example-.test" }, 'idna: invalid label "xn--example-"'],
    [
      "a mailbox with blanks",
      "any",
      { alt_names: "bob smith@a.test" },
      "email address bob smith@a.test not allowed by this role",
    ],
    ["a mailbox without a name", "any", { alt_names: "@a.test" }, "email address @a.test not allowed by this role"],
    ["a mailbox beyond ASCII", "any", { alt_names: "bøb@a.test" }, "email address bøb@a.test not allowed by this role"],
    ["another domain", "sub", { alt_names: "a.test" }, "subject alternate name a.test not allowed by this role"],
    [
      "an address among hosts",
      "sub",
      { alt_names: "10.0.0.1" },
      "subject alternate name 10.0.0.1 not allowed by this role",
    ],
    ["no address", "any", { ip_sans: "1.2.3" }, 'the value "1.2.3" is not a valid IP address'],
    [
      "an address with a zone",
      "any",
      { ip_sans: "fe80::1%eth0" },
      'the value "fe80::1%eth0" is not a valid IP address',
    ],
    [
      "an address with zeros in front",
      "any",
      { ip_sans: "01.2.3.4" },
      'the value "01.2.3.4" is not a valid IP address',
    ],
    [
      "URIs where none is allowed",
      "sub",
      { uri_sans: "urn:x" },
      "URI Subject Alternative Names are not allowed in this role, but were provided via the API",
    ],
    [
      "a URI without a scheme",
      "any",
      { uri_sans: "/x" },
      'the provided URI Subject Alternative Name "/x" is not a valid URI',
    ],
    [
      "a URI with a blank",
      "any",
      { uri_sans: "http://a b/" },
      'the provided URI Subject Alternative Name "http://a b/" is not a valid URI',
    ],
    [
      "a URI beyond ASCII",
      "any",
      { uri_sans: "http://ä/" },
      'the provided URI Subject Alternative Name "http://ä/" is not a valid URI',
    ],
    [
      "a URI with a broken escape",
      "any",
      { uri_sans: "urn:%zz" },
      'the provided URI Subject Alternative Name "urn:%zz" is not a valid URI',
    ],
    [
      "a URI with half an address",
      "any",
      { uri_sans: "http://[::1/" },
      'the provided URI Subject Alternative Name "http://[::1/" is not a valid URI',
    ],
    [
      "another name without a type",
      "any",
      { other_sans: "x" },
      'could not parse requested other SAN: expected a semicolon in other SAN "x"',
    ],
    [
      "another name of a type that is not one",
      "any",
      { other_sans: "9.9;utf8:x" },
      "other SAN OID 9.9 is not an object identifier",
    ],
    [
      "other names where none is allowed",
      "sub",
      { other_sans: "1.2.3;utf8:x" },
      "other SAN OID 1.2.3 not allowed by this role",
    ],
    ["user ids where none is allowed", "sub", { user_ids: "bob" }, "user_id bob is not allowed by this role"],
    [
      "a serial number with a control character",
      "any",
      { serial_number: "a\u0000b" },
      "serial_number a\u0000b not allowed by this role",
    ],
  ])("are refused: %s", async (_, role, body, text) => {
    const answer = await pki.issue(role, { common_name: role === "sub" ? "a.example.com" : "a.test", ...body });
    expect(refusal(answer)).toBe(`400 ${text}`);
  });

  it("that are addresses must be in the ranges of the role", async () => {
    await pki.role("ranged", { allow_any_name: true, allowed_ip_sans_cidr: "10.0.0.5/8,2001:db8::/32" });
    await pki.role("noip", { allow_any_name: true, allow_ip_sans: false });
    const ask = async (role: string, ip_sans: string) =>
      refusal(await pki.issue(role, { common_name: "a.test", ip_sans }));

    expect(
      certificateOf(await pki.issue("ranged", { common_name: "a.test", ip_sans: "10.1.2.3,2001:db8::1" }))
        .subjectAltName,
    ).toBe("DNS:a.test, IP Address:10.1.2.3, IP Address:2001:DB8:0:0:0:0:0:1");
    expect(await ask("ranged", "10.0.0.1,192.0.2.1")).toBe(
      '400 the IP address "192.0.2.1" is not allowed in this role',
    );
    expect(await ask("ranged", "::ffff:192.0.2.1")).toBe('400 the IP address "192.0.2.1" is not allowed in this role');
    expect(await ask("noip", "10.0.0.1")).toBe(
      "400 IP Subject Alternative Names are not allowed in this role, but was provided via the API",
    );
    expect(refusal(await pki.issue("noip", { common_name: "10.0.0.1" }))).toBe(
      "400 common name 10.0.0.1 not allowed by this role",
    );
  });
});

describe("a subject", () => {
  const FIELDS = ["country", "province", "locality", "street_address", "postal_code", "organization", "ou"];

  it.each(FIELDS)("holds no control character out of a role's %s", async (field) => {
    for (const value of ["a\nb", "a\u0000b", "a\u2028b"]) {
      await pki.role("odd", { allow_any_name: true, [field]: [value] });
      expect(refusal(await pki.issue("odd", { common_name: "a.test" }))).toBe(
        "400 a name holds characters that no name may hold",
      );
    }
  });
});

describe("a request that is signed", () => {
  it("is held to the role in every name it asks for", async () => {
    const inside = csrOf({ commonName: "a.example.com", names: [{ kind: "dns", value: "*.b.example.com" }] });
    expect(certificateOf(good(await pki.sign("sub", inside))).subjectAltName).toBe(
      "DNS:*.b.example.com, DNS:a.example.com",
    );
    for (const [name, text] of [
      [{ kind: "dns", value: "evil.test" }, "subject alternate name evil.test not allowed by this role"],
      [{ kind: "dns", value: "a.example.com." }, "subject alternate name a.example.com. not allowed by this role"],
      [{ kind: "dns", value: "10.0.0.1" }, "subject alternate name 10.0.0.1 not allowed by this role"],
      [{ kind: "email", value: "x@evil.test" }, "email address x@evil.test not allowed by this role"],
      [
        { kind: "uri", value: "urn:x" },
        "URI Subject Alternative Names are not allowed in this role, but were provided via CSR",
      ],
      [{ kind: "other", type: "1.2.3", value: "x" }, "other SAN OID 1.2.3 not allowed by this role"],
    ] as const) {
      const csr = csrOf({ commonName: "a.example.com", names: [name] });
      expect(refusal(await pki.sign("sub", csr))).toBe(`400 ${text}`);
    }
  });

  it("names no mailbox that reads as several, host names enforced or not", async () => {
    await pki.role("loose", { allowed_domains: "example.com", allow_subdomains: true, enforce_hostnames: false });
    const ask = (value: string) =>
      pki.sign("loose", csrOf({ commonName: "a.example.com", names: [{ kind: "email", value }] }));
    expect((await ask("x@a_b.example.com")).status).toBe(200);
    for (const value of ["x@evil.test,.example.com", "x@a,DNS:evil.example.com", "x@evil.test/.example.com"]) {
      expect(refusal(await ask(value))).toBe(`400 email address ${value} not allowed by this role`);
    }
  });

  it("is refused where it asks for a name of a type whose value is not a text", async () => {
    // An IA5String as the value of 1.2.3.4.
    const broken = Buffer.from("300ca00a06032a0304a003160178", "hex");
    const csr = csrOf({ commonName: "a.test", extensions: [{ type: "2.5.29.17", critical: false, value: broken }] });
    for (const path of ["pki/sign/any", "pki/sign-verbatim"]) {
      expect(refusal(await pki.post(path, { csr }))).toBe(
        "400 could not parse requested other SAN: no UTF-8 string found in OtherName",
      );
    }
  });

  it("is told which of its names were left out", async () => {
    // The registered id 1.2.3.4.
    const value = Buffer.from("300588032a0304", "hex");
    const csr = csrOf({ commonName: "a.test", extensions: [{ type: "2.5.29.17", critical: false, value }] });
    const { body } = good(await pki.sign("any", csr));
    expect(body["warnings"]).toEqual([
      "specified CSR contained subject alternative names of kinds that no role allows; they were ignored during issuance",
    ]);
  });

  it("with several common names gets the last, and it alone is judged", async () => {
    const part = (value: string) => [{ type: "2.5.4.3", value }];
    const last = await pki.sign("sub", csrOf({ subject: [part("evil.test"), part("a.example.com")] }));
    expect(certificateOf(good(last)).subject).toBe("CN=a.example.com");
    const first = await pki.sign("sub", csrOf({ subject: [part("a.example.com"), part("evil.test")] }));
    expect(refusal(first)).toBe("400 common name evil.test not allowed by this role");
  });

  it("takes a serial number from the request only where the role says so", async () => {
    const subject = [[{ type: "2.5.4.3", value: "a.test" }], [{ type: "2.5.4.5", value: "S1" }]];
    await pki.role("json", { allow_any_name: true, allowed_serial_numbers: "*", serial_number_source: "json" });
    const subjects = await Promise.all(
      ["any", "json"].map(async (role) => certificateOf(good(await pki.sign(role, csrOf({ subject })))).subject),
    );
    expect(subjects).toEqual(["CN=a.test\nserialNumber=S1", "CN=a.test"]);
  });

  it("is refused for a key that is weak, of another type, or shorter than the role wants", async () => {
    const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;
    const curve = (namedCurve: string) => generateKeyPairSync("ec", { namedCurve }).privateKey;
    await pki.role("open", { allow_any_name: true, key_type: "any" });
    await pki.role("long", { allow_any_name: true, key_type: "ec", key_bits: 384 });
    const ask = async (role: string, key: ReturnType<typeof rsa>) =>
      refusal(await pki.sign(role, csrOf({ commonName: "a.test", key }))).slice(0, 90);

    expect(await ask("open", rsa(1024))).toBe("400 RSA keys < 2048 bits are unsafe and not supported");
    expect(await ask("any", rsa(2048))).toBe("400 role requires keys of type ec");
    expect(await ask("long", curve("prime256v1"))).toBe(
      "400 role requires a minimum of a 384-bit key, but CSR's key is 256 bits",
    );
    const signed = await pki.sign("open", csrOf({ commonName: "a.test", key: curve("secp224r1") }));
    expect(signed.status).toBe(200);
  });
});

describe("a signature", () => {
  const algorithmOf = (answer: Answered): string =>
    /Signature Algorithm: (\S+)/.exec(readByOpenSsl(String(good(answer).data["certificate"]), "-text"))?.[1] ?? "";

  it("of a curve has the hash of its length, or a longer one that a signed request is to have", async () => {
    await pki.role("short", { allow_any_name: true, key_type: "any" });
    await pki.role("longer", { allow_any_name: true, signature_bits: 384 });
    const csr = csrOf({ commonName: "a.test" });
    expect(algorithmOf(await pki.issue("longer", { common_name: "a.test" }))).toBe("ecdsa-with-SHA256");
    expect(algorithmOf(await pki.sign("longer", csr))).toBe("ecdsa-with-SHA384");
    expect(algorithmOf(await pki.sign("short", csr))).toBe("ecdsa-with-SHA256");
  });

  it("of RSA has the hash and the padding of the role", async () => {
    good(await pki.post("pki/root/generate/internal", { common_name: "R", key_type: "rsa", issuer_name: "rsa" }));
    for (const [use_pss, name] of [
      [false, "sha384WithRSAEncryption"],
      [true, "rsassaPss"],
    ] as const) {
      await pki.role("padded", {
        allow_any_name: true,
        key_type: "rsa",
        signature_bits: 384,
        use_pss,
        issuer_ref: "rsa",
      });
      expect(algorithmOf(await pki.issue("padded", { common_name: "a.test" }))).toBe(name);
    }
  });
});

describe("signing verbatim", () => {
  it("takes the other extensions of a request as they are, but makes no authority", async () => {
    const authority = { type: "2.5.29.19", critical: true, value: Buffer.from("30030101ff", "hex") };
    const usage = { type: "2.5.29.15", critical: true, value: Buffer.from("03020106", "hex") };
    const csr = csrOf({ commonName: "Not A Host", extensions: [authority, usage] });
    const answer = good(await pki.post("pki/sign-verbatim", { csr, ttl: "1h" }));
    const text = readByOpenSsl(String(answer.data["certificate"]), "-text");

    expect(text).toContain("Certificate Sign, CRL Sign");
    expect(text).not.toContain("CA:TRUE");
    expect(answer.body["warnings"]).toEqual([
      "specified CSR contained a Basic Constraints extension that was ignored during issuance",
    ]);
    const said = good(
      await pki.post("pki/sign-verbatim", { csr, ttl: "1h", basic_constraints_valid_for_non_ca: true }),
    );
    expect(readByOpenSsl(String(said.data["certificate"]), "-text")).toContain("CA:FALSE");
  });

  it("adds other names that its fields ask for to those of the request", async () => {
    const csr = csrOf({ commonName: "x", names: [{ kind: "dns", value: "a.test" }] });
    const answer = good(await pki.post("pki/sign-verbatim", { csr, ttl: "1h", other_sans: "1.2.3;utf8:y" }));
    expect(certificateOf(answer).subjectAltName).toBe("othername:<unsupported>, DNS:a.test");
  });

  it("uses the issuer of its path, its role, or its fields, in this order", async () => {
    good(
      await pki.post("pki/root/generate/internal", { common_name: "Second", key_type: "ec", issuer_name: "second" }),
    );
    await pki.role("second", { issuer_ref: "second" });
    const csr = csrOf({ commonName: "x" });
    const issuerOf = async (path: string, body: Fields = {}) =>
      certificateOf(good(await pki.post(path, { csr, ttl: "1h", ...body }))).issuer;

    expect(await issuerOf("pki/sign-verbatim")).toBe("CN=Root");
    expect(await issuerOf("pki/sign-verbatim", { issuer_ref: "second" })).toBe("CN=Second");
    expect(await issuerOf("pki/sign-verbatim/second")).toBe("CN=Second");
    expect(await issuerOf("pki/issuer/default/sign-verbatim/second")).toBe("CN=Root");
    expect(await issuerOf("pki/issuer/second/sign-verbatim")).toBe("CN=Second");
  });
});
