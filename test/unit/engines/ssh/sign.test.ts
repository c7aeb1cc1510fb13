import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { publicKeyOf, publicLine } from "../../../../src/engines/ssh/openssh/public-key.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { readCertificate } from "../../../support/ssh-certificate.ts";
import { mountSsh, PUBLIC_KEY, type Ssh } from "./support/hosts.ts";

let server: TestServer;
let ssh: Ssh;
beforeAll(async () => {
  server = await makeServer();
  ssh = await mountSsh(server);
  await ssh.post("ssh/config/ca", { key_type: "ed25519" });
  await ssh.post("sys/mounts/rsa", { type: "ssh" });
  await ssh.post("rsa/config/ca", { key_type: "rsa", key_bits: 2048 });
});
afterAll(() => server.dynamo.close());

const now = () => Math.floor(server.clock.now() / 1000);
const errorsOf = async (role: string, body: Readonly<Record<string, unknown>>) =>
  (await ssh.post(`ssh/sign/${role}`, { public_key: PUBLIC_KEY, ...body })).body["errors"];

describe("the time a certificate is valid", () => {
  it.each([
    [{}, {}, -30, 2_764_800],
    [{ ttl: "1h" }, {}, -30, 3600],
    [{ ttl: "1h", not_before_duration: 0 }, { ttl: "10m" }, 0, 600],
    [{ max_ttl: "1h" }, {}, -30, 3600],
    [{ ttl: "20m", max_ttl: "1h" }, { ttl: 0 }, -30, 1200],
    [{ max_ttl: "1h" }, { ttl: "" }, -30, 3600],
    [{ not_before_duration: "2000000h" }, { ttl: "1s" }, Number.NaN, 1],
  ])("of role %j, asked for with %j", async (role, asked, after, before) => {
    await ssh.caRole("time", role);
    const { validAfter, validBefore } = await ssh.sign("time", { ...asked });

    expect(validBefore - now()).toBe(before);
    expect(validAfter).toBe(Number.isNaN(after) ? 0 : now() + after);
  });

  it("is refused where it is asked for and too long, and cut where it is the role's", async () => {
    await ssh.caRole("long", { max_ttl: "1h" });
    expect(await errorsOf("long", { ttl: "61m" })).toEqual(["ttl is larger than maximum allowed 3600"]);
    await server.call("POST", "sys/mounts/ssh/tune", { body: { max_lease_ttl: "30m" } });
    await ssh.caRole("long", { ttl: "1h" });
    const { validBefore } = await ssh.sign("long");
    await server.call("POST", "sys/mounts/ssh/tune", { body: { max_lease_ttl: "768h" } });

    expect(validBefore - now()).toBe(1800);
  });
});

describe("the signature of an RSA key", () => {
  it.each([
    [undefined, "rsa-sha2-256"],
    ["", "rsa-sha2-256"],
    ["default", "rsa-sha2-256"],
    ["ssh-rsa", "rsa-sha2-256"],
    ["rsa-sha2-256", "rsa-sha2-256"],
    ["rsa-sha2-512", "rsa-sha2-512"],
  ])("never uses SHA-1: algorithm_signer %j", async (algorithm_signer, algorithm) => {
    const role = { key_type: "ca", allow_user_certificates: true, allowed_users: "*", algorithm_signer };
    await ssh.post("rsa/roles/r", role);
    const { data } = await ssh.post("rsa/sign/r", { public_key: PUBLIC_KEY, valid_principals: "a" });

    expect(readCertificate(String(data["signed_key"]))).toMatchObject({ algorithm, verified: true });
  });

  it("is not what a CA of another kind makes", async () => {
    await ssh.caRole("r", { algorithm_signer: "rsa-sha2-512" });
    expect(await errorsOf("r", {})).toEqual([
      'failed to generate signed SSH key: algorithm_signer "rsa-sha2-512" is for an RSA key, which the CA does not have',
    ]);
  });
});

describe("a certificate", () => {
  it("has a serial and a nonce of its own, and the answer names the serial", async () => {
    await ssh.caRole("r");
    const answers = await Promise.all([1, 2].map(() => ssh.post("ssh/sign/r", { public_key: PUBLIC_KEY })));
    const lines = answers.map(({ data }) => String(data["signed_key"]));
    const serials = lines.map((line) => readCertificate(line).serial.toString(16));

    expect(answers.map(({ data }) => data["serial_number"])).toEqual(serials);
    expect(new Set(lines.map((line) => line.slice(0, 130))).size).toBe(2);
    expect(new Set(serials).size).toBe(2);
  });

  it("has a key id in which each name is replaced once", async () => {
    await ssh.caRole("r", { key_id_format: "{{role_name}}/{{token_display_name}}/{{nothing}}" });
    const body = { display_name: "{{public_key_hash}}", policies: ["root"], ttl: "1h" };
    const made = await ssh.post("auth/token/create", body);
    const auth = made.body["auth"];
    const token = String(typeof auth === "object" && auth !== null ? Reflect.get(auth, "client_token") : "");

    expect((await ssh.sign("r", {}, token)).keyId).toMatch(/^r\/token-.*\/\{\{nothing\}\}$/);
    expect((await ssh.sign("r", {}, token)).keyId).not.toMatch(/[0-9a-f]{64}/);
  });

  it("takes values of options that are not text as their text, and refuses what has none", async () => {
    await ssh.caRole("r", { allowed_extensions: "*", allowed_critical_options: "" });
    const { extensions, criticalOptions } = await ssh.sign("r", {
      extensions: { "permit-pty": null, number: 7, flag: true },
      critical_options: { a: "b" },
    });

    expect([extensions, criticalOptions]).toEqual([{ "permit-pty": "", number: "7", flag: "true" }, { a: "b" }]);
    expect(await errorsOf("r", { extensions: { a: ["b"] } })).toEqual(['extensions: the value of "a" must be text']);
    expect(await errorsOf("r", { critical_options: { "a\n": "b" } })).toEqual([
      'critical_options: "a\\n" holds a character that no option may hold',
    ]);
  });

  it.each([
    ["a key id that breaks a line", { key_id: "a\nb" }, "key_id holds a character that cannot be printed"],
    [
      "a principal that breaks a line",
      { valid_principals: "a\u0000b" },
      "a\u0000b is not a valid value for valid_principals",
    ],
    [
      "more principals than OpenSSH reads",
      { valid_principals: Array.from({ length: 257 }, (_, n) => `u${n}`).join(",") },
      "valid_principals holds more than 256 names",
    ],
    ["a type with blanks", { cert_type: " user" }, "cert_type must be either 'user' or 'host'"],
    ["a host", { cert_type: "host" }, "cert_type 'host' is not allowed by role"],
    ["no key", { public_key: "" }, "missing public_key"],
  ])("is refused for %s", async (_, body, why) => {
    await ssh.caRole("r", { allow_user_key_ids: true });
    expect(await errorsOf("r", body)).toEqual([why]);
  });
});

describe("roles that do not sign", () => {
  it("say so, by the words of sign and of issue", async () => {
    await ssh.otpRole("otp");
    const issue = (name: string) => ssh.post(`ssh/issue/${name}`, {});

    expect(await errorsOf("otp", {})).toEqual(["cert_type 'user' is not allowed by role"]);
    expect(await errorsOf("none", {})).toEqual(["Unknown role: none"]);
    expect((await issue("otp")).body["errors"]).toEqual(["role key type 'otp' not allowed to issue key pairs"]);
    expect((await issue("none")).body["errors"]).toEqual(["unknown role: none"]);
    const creds = await ssh.post("ssh/creds/r", { ip: "10.1.2.3" });
    expect(creds.body["errors"]).toEqual(["Error validating IP: IP does not belong to role"]);
    await ssh.post("ssh/config/zeroaddress", { roles: "r" });
    expect((await ssh.post("ssh/creds/r", { ip: "10.1.2.3" })).body["errors"]).toEqual([
      "1 error occurred:\n\t* key type unknown\n\n",
    ]);
  });
});

describe("the kinds of keys a role issues", () => {
  it("are those it names, with the bits it names", async () => {
    await ssh.caRole("r", { allowed_user_key_lengths: { rsa: [2048], ed25519: 0, ec: 256 } });
    const issue = async (body: object) => (await ssh.post("ssh/issue/r", body)).body["errors"] ?? "issued";

    expect(await issue({ key_type: "rsa", key_bits: 2048 })).toBe("issued");
    expect(await issue({ key_type: "ed25519" })).toBe("issued");
    expect(await issue({ key_type: "rsa" })).toEqual([
      "provided key_bits value not in list of role's allowed_user_key_types",
    ]);
    expect(await issue({ key_type: "ec", key_bits: 256 })).toEqual([
      "provided key_type value not in allowed_user_key_types",
    ]);
    expect(await issue({ key_type: "constructor" })).toEqual(["provided key_type value not in allowed_user_key_types"]);
  });
});

describe("the length of a key", () => {
  it.each([
    ["rsa", { rsa: 2048 }, generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey, true],
    [
      "rsa by OpenSSH's name",
      { "ssh-rsa": [1024, 2048] },
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
      true,
    ],
    [
      "rsa of another length",
      { rsa: [3072, 4096] },
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
      false,
    ],
    ["ecdsa", { ecdsa: 384 }, generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey, true],
    ["ecdsa as ec", { ec: [384] }, generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey, true],
    [
      "ecdsa by its curve",
      { "ecdsa-sha2-nistp384": 0 },
      generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
      true,
    ],
    [
      "ecdsa of another curve",
      { "ecdsa-sha2-nistp256": 0 },
      generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey,
      false,
    ],
  ])("is held against the role: %s", async (_, allowed_user_key_lengths, key, allowed) => {
    await ssh.caRole("r", { allowed_user_key_lengths });
    const { status } = await ssh.post("ssh/sign/r", { public_key: publicLine(publicKeyOf(key)) });
    expect(status).toBe(allowed ? 200 : 400);
  });
});
