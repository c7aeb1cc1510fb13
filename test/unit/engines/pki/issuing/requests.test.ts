import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";
import { certificateOf, csrOf, mountPki, type Pki, readByOpenSsl, refusal } from "./support/mount.ts";

/** What is said of a CSR that is not signed, in the reference's words and in its order; and the order of extensions. */

let server: TestServer;
let pki: Pki;
beforeAll(async () => {
  server = await makeServer();
  pki = await mountPki(server);
  await pki.role("any", { allow_any_name: true, key_type: "any", allowed_other_sans: "*" });
  await pki.role("rsa", { allow_any_name: true, key_type: "rsa" });
});
afterAll(() => server.dynamo.close());

const GOOD = csrOf({ commonName: "a.test", names: [{ kind: "dns", value: "a.test" }] });

/** The same text with another last byte, which belongs to the signature. */
const unproven = (): string => {
  const der = Buffer.from(GOOD.replace(/-----[^-]+-----|\s/g, ""), "base64");
  const last = der.length - 1;
  der[last] = (der[last] ?? 0) ^ 1;
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
};

const byOpenSsl = (...key: readonly string[]): string =>
  execFileSync("openssl", ["req", "-new", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=a.test", "-newkey", ...key], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });

const LINES = GOOD.split("\n");

describe("a CSR that is not signed", () => {
  it.each([
    ["nothing", "", '400 "csr" is empty'],
    ["no PEM", "x", "400 csr contains no data"],
    ["PEM behind blanks", `  ${GOOD}`, "400 csr contains no data"],
    ["PEM in one line", LINES.join(" "), "400 csr contains no data"],
    ["PEM without its end", LINES.slice(0, -2).join("\n"), "400 csr contains no data"],
    ["PEM of half a byte", GOOD.replace(/.\n-----END/, "\n-----END"), "400 csr contains no data"],
    ["a signature that does not hold", unproven(), "400 request signature invalid"],
    [
      "a key of a strange curve",
      byOpenSsl("ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"),
      "400 certificate request could not be parsed: x509: unsupported elliptic curve",
    ],
    [
      "a key of a strange kind",
      byOpenSsl("ed448"),
      "400 Refusing to sign CSR with empty PublicKey. This usually means the SubjectPublicKeyInfo field has an OID not recognized by Go, such as 1.2.840.113549.1.1.10 for rsaPSS.",
    ],
  ])("%s", async (_, csr, expected) => {
    for (const path of ["pki/sign/any", "pki/sign-verbatim", "pki/root/sign-intermediate"]) {
      expect(refusal(await pki.post(path, { csr, common_name: "a.test", ttl: "1h" }))).toBe(expected);
    }
  });

  it("has a key that the role does not take, whatever its signature is", async () => {
    expect(refusal(await pki.sign("rsa", unproven()))).toBe("400 role requires keys of type rsa");
  });
});

it("text around a CSR does not count", async () => {
  expect((await pki.sign("any", `a request:\n${GOOD}\nthanks`)).status).toBe(200);
  expect((await pki.sign("any", GOOD.replaceAll("\n", "\r\n"))).status).toBe(200);
});

describe("extensions stand where the reference has them:", () => {
  const POLICIES = "Certificate Policies";
  const NAMES = "Subject Alternative Name";
  const orderOf = (pem: string): readonly string[] =>
    [...readByOpenSsl(pem, "-text").matchAll(/X509v3 ([\w ]+?):/g)]
      .map(([, name = ""]) => name)
      .filter((name) => name === POLICIES || name === NAMES);

  it.each([
    ["1.2.3", {}, [NAMES, POLICIES]],
    ["1.2.3", { other_sans: "1.2.3;utf8:a" }, [POLICIES, NAMES]],
    ['[{"oid":"1.2.3"}]', {}, [NAMES, POLICIES]],
    ['[{"oid":"1.2.3"}]', { other_sans: "1.2.3;utf8:a" }, [NAMES, POLICIES]],
  ])("policies %s, names %j", async (policy_identifiers, asked, expected) => {
    await pki.role("policies", { allow_any_name: true, allowed_other_sans: "*", policy_identifiers });
    const answer = await pki.issue("policies", { common_name: "a.test", ...asked });
    expect(certificateOf(answer).subject).toBe("CN=a.test");
    expect(orderOf(String(answer.data["certificate"]))).toEqual(expected);
  });
});
