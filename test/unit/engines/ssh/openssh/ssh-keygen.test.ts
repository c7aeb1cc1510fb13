import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { signCertificate } from "../../../../../src/engines/ssh/openssh/certificate.ts";
import { parsePrivateKey, writePrivateKey } from "../../../../../src/engines/ssh/openssh/private-key.ts";
import {
  parsePublicKey,
  parsePublicLine,
  publicKeyOf,
  publicLine,
  type SshPublicKey,
} from "../../../../../src/engines/ssh/openssh/public-key.ts";
import { type Folder, makeFolder, makeKey, run } from "../../../../support/openssh.ts";
import { withOpenSsh } from "../../../../support/openssh-suite.ts";
import { encoded } from "../../../../support/ssh-certificate.ts";

/** OpenSSH's own program reads what is written here, and writes what is read here. */

const pair = (kind: string) => {
  if (kind === "rsa") return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  if (kind === "ed25519") return generateKeyPairSync("ed25519").privateKey;
  return generateKeyPairSync("ec", { namedCurve: kind }).privateKey;
};
const KINDS = ["rsa", "P-256", "P-384", "P-521", "ed25519"];
const KEYS = new Map(KINDS.map((kind) => [kind, pair(kind)]));
const keyOf = (kind: string) => KEYS.get(kind) ?? pair(kind);

/** The same key as if it were in a security key. */
const inSecurityKey = (kind: "P-256" | "ed25519"): SshPublicKey => {
  const { fields } = publicKeyOf(keyOf(kind));
  const type = kind === "ed25519" ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  return parsePublicKey(Buffer.concat([encoded.string(type), fields, encoded.string("ssh:")]));
};

const OWN: readonly (readonly [string, SshPublicKey, string])[] = [
  ...KINDS.map((kind) => [kind, publicKeyOf(keyOf(kind)), ""] as const),
  ["sk ed25519", inSecurityKey("ed25519"), "sk-ssh-ed25519-cert-v01@openssh.com"],
  ["sk ecdsa", inSecurityKey("P-256"), "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"],
];

const USING: Readonly<Record<string, string>> = {
  "P-256": "ecdsa-sha2-nistp256",
  "P-384": "ecdsa-sha2-nistp384",
  "P-521": "ecdsa-sha2-nistp521",
  ed25519: "ssh-ed25519",
};

withOpenSsh("ssh-keygen", ["ssh-keygen"], () => {
  let folder: Folder;
  beforeAll(async () => {
    folder = await makeFolder();
  });
  afterAll(() => folder.close());

  const listed = async (line: string): Promise<string> => {
    const { code, text } = await run("ssh-keygen", ["-L", "-f", await folder.write("cert.pub", line)]);
    expect(code).toBe(0);
    return text.replace(/\n\s+/g, "\n");
  };

  const certificate = {
    serial: 0xfedc_ba98_7654_3210n,
    keyId: "vault-token-bob",
    principals: ["bob", "carol"],
    validAfter: 1_900_000_000,
    validBefore: 1_900_003_600,
    criticalOptions: { "force-command": "/bin/true", "source-address": "10.0.0.0/8" },
    extensions: { "permit-pty": "", "login@example.com": "bob" },
    nonce: randomBytes(32),
  };

  it.each(
    KINDS.flatMap((ca) => (ca === "rsa" ? ["rsa-sha2-256", "rsa-sha2-512"] : ["rsa-sha2-256"]).map((rsa) => [ca, rsa])),
  )("reads certificates of every kind of key, signed by %s (%s)", async (ca, rsa) => {
    const signer = keyOf(String(ca));
    const how = rsa === "rsa-sha2-512" ? rsa : "rsa-sha2-256";
    const answers = await Promise.all(
      OWN.map(async ([name, key, type]) => {
        const line = signCertificate({ ...certificate, key, type: "user" }, signer, how);
        const file = await folder.write(`${ca}-${how}-${name}.pub`, line);
        return { ...(await run("ssh-keygen", ["-L", "-f", file])), type: type || `${key.type}-cert-v01@openssh.com` };
      }),
    );
    for (const { code, text, type } of answers) {
      expect(code).toBe(0);
      expect(text).toContain(`Type: ${type} user certificate`);
      expect(text).toContain(`(using ${ca === "rsa" ? how : USING[String(ca)]})`);
    }
  });

  it("reads everything that a certificate says", async () => {
    const key = publicKeyOf(keyOf("ed25519"));
    const user = await listed(signCertificate({ ...certificate, key, type: "user" }, keyOf("ed25519"), "rsa-sha2-256"));
    const bare = { criticalOptions: {}, extensions: {}, principals: [] };
    const host = await listed(
      signCertificate({ ...certificate, ...bare, key, type: "host" }, keyOf("rsa"), "rsa-sha2-256"),
    );

    expect(user).toContain('Key ID: "vault-token-bob"\nSerial: 18364758544493064720\n');
    expect(user).toContain(
      "Principals: \nbob\ncarol\nCritical Options: \nforce-command /bin/true\nsource-address 10.0.0.0/8\n",
    );
    expect(user).toMatch(/Extensions: \nlogin@example\.com UNKNOWN OPTION.*\npermit-pty\n/);
    expect(host).toContain("host certificate");
    expect(host).toContain("Principals: (none)\nCritical Options: (none)\nExtensions: (none)");
  });

  it.each(KINDS)("knows a private key of kind %s that is written here, and its public key", async (kind) => {
    const file = await folder.write(`id-${kind}`, writePrivateKey(keyOf(kind), 0xffff_ffff));
    const { code, text } = await run("ssh-keygen", ["-y", "-f", file]);

    expect(code).toBe(0);
    expect(text.trim()).toBe(publicLine(publicKeyOf(keyOf(kind))).trim());
  });

  it.each(
    ["OpenSSH", "PKCS8", "PEM"].flatMap((format) =>
      [
        ["rsa", "2048"],
        ["rsa", "3072"],
        ["ecdsa", "256"],
        ["ecdsa", "384"],
        ["ecdsa", "521"],
        ["ed25519", "256"],
      ].map(([type, bits]) => [format, type, bits]),
    ),
  )("writes private keys that are read here: %s, %s %s", async (format, type, bits) => {
    const args = ["-t", String(type), "-b", String(bits), ...(format === "OpenSSH" ? [] : ["-m", String(format)])];
    const file = await makeKey(folder, `${format}-${type}-${bits}`, args);
    const key = parsePrivateKey(await readFile(file, "utf8"));
    const shown = parsePublicLine(await readFile(`${file}.pub`, "utf8"));

    expect(publicKeyOf(key).blob).toEqual(shown.blob);
    // Its parts belong together: what it is as PKCS#8 is a key too.
    expect(createPrivateKey(key.export({ type: "pkcs8", format: "pem" })).equals(key)).toBe(true);
  });

  it("writes private keys under a passphrase, which are refused", async () => {
    const file = await makeKey(folder, "protected", ["-t", "ed25519"]);
    await run("ssh-keygen", ["-p", "-P", "", "-N", "a passphrase", "-f", file]);
    const text = await readFile(file, "utf8");

    expect(() => parsePrivateKey(text)).toThrow("passphrase protected");
  });
});
