import { spawnSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createMount } from "./support/mount.ts";
import { wrappingKeyOf } from "./support/wrapping.ts";

/** Keys wrapped by OpenSSL's own commands, as its users do without any client of ours, and unwrapped by them. */

const folder = mkdtempSync(join(tmpdir(), "zeroth-wrap-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openssl = (args: readonly string[]): boolean => spawnSync("openssl", args, { cwd: folder }).status === 0;
const file = (name: string): Buffer => readFileSync(join(folder, name));
const write = (name: string, bytes: string | Uint8Array): void => writeFileSync(join(folder, name), bytes);

/** OpenSSL's command `enc` wraps with padding since its third version. */
const wraps = (): boolean => {
  write("probe", "x");
  const args = [
    "enc",
    "-id-aes256-wrap-pad",
    "-e",
    "-K",
    "00".repeat(32),
    "-iv",
    "A65959A6",
    "-in",
    "probe",
    "-out",
    "p",
  ];
  return openssl(args);
};

const oaep = (hash: string): readonly string[] =>
  ["rsa_padding_mode:oaep", `rsa_oaep_md:${hash}`, `rsa_mgf1_md:${hash}`].flatMap((option) => ["-pkeyopt", option]);

const kwp = (mode: "-d" | "-e", key: Buffer, from: string, to: string): readonly string[] => [
  ...["enc", "-id-aes256-wrap-pad", mode, "-K", key.toString("hex"), "-iv", "A65959A6"],
  ...["-in", from, "-out", to],
];

const suite = wraps() ? describe : describe.skip;

suite("OpenSSL", () => {
  const mount = createMount();

  it.each(["sha256", "sha512"])("wraps a key, with OAEP over %s, that is imported and is the same", async (hash) => {
    const [aes, key] = [randomBytes(32), randomBytes(32)];
    write("wrapping.pem", await wrappingKeyOf(mount));
    write("aes", aes);
    write("key", key);
    expect(openssl(kwp("-e", aes, "key", "wrapped"))).toBe(true);
    const encrypt = ["pkeyutl", "-encrypt", "-pubin", "-inkey", "wrapping.pem", "-in", "aes", "-out", "aes.wrapped"];
    expect(openssl([...encrypt, ...oaep(hash)])).toBe(true);
    const ciphertext = Buffer.concat([file("aes.wrapped"), file("wrapped")]).toString("base64");
    await mount.request("update", `keys/${hash}/import`, { ciphertext, hash_function: hash });

    const version = await (await mount.key(hash)).version(1);
    expect(Buffer.from(version?.secret?.reveal() ?? []).equals(key)).toBe(true);
  });

  it("wraps the PKCS #8 that it made of an elliptic curve key", async () => {
    const aes = randomBytes(32);
    write("wrapping.pem", await wrappingKeyOf(mount));
    write("aes", aes);
    const curve = ["-pkeyopt", "ec_paramgen_curve:P-521"];
    expect(openssl(["genpkey", "-algorithm", "EC", ...curve, "-out", "ec.pem"])).toBe(true);
    expect(openssl(["pkcs8", "-topk8", "-nocrypt", "-in", "ec.pem", "-outform", "DER", "-out", "ec"])).toBe(true);
    expect(openssl(kwp("-e", aes, "ec", "wrapped"))).toBe(true);
    const encrypt = ["pkeyutl", "-encrypt", "-pubin", "-inkey", "wrapping.pem", "-in", "aes", "-out", "aes.wrapped"];
    expect(openssl([...encrypt, ...oaep("sha256")])).toBe(true);
    const ciphertext = Buffer.concat([file("aes.wrapped"), file("wrapped")]).toString("base64");
    await mount.request("update", "keys/ec/import", { ciphertext, type: "ecdsa-p521", exportable: true });

    write("exported.pem", (await mount.request("read", "export/signing-key/ec")).data.keys["1"]);
    expect(openssl(["pkey", "-in", "exported.pem", "-outform", "DER", "-out", "exported", "-pubout"])).toBe(true);
    expect(openssl(["pkey", "-inform", "DER", "-in", "ec", "-outform", "DER", "-out", "public", "-pubout"])).toBe(true);
    expect(file("exported").equals(file("public"))).toBe(true);
  });

  it("unwraps what byok-export wrapped for its key", async () => {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    write("theirs.pem", pair.privateKey.export({ type: "pkcs8", format: "pem" }));
    const public_key = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
    await mount.request("update", "keys/theirs/import", { type: "rsa-2048", public_key });
    await mount.make("own", { type: "hmac", key_size: 45, exportable: true });
    const { data } = await mount.request("read", "byok-export/theirs/own/latest", { hash: "sha384" });
    const wrapped = Buffer.from(data.keys["1"], "base64");

    write("aes.wrapped", wrapped.subarray(0, 256));
    write("wrapped", wrapped.subarray(256));
    const decrypt = ["pkeyutl", "-decrypt", "-inkey", "theirs.pem", "-in", "aes.wrapped", "-out", "aes"];
    expect(openssl([...decrypt, ...oaep("sha384")])).toBe(true);
    expect(openssl(kwp("-d", file("aes"), "wrapped", "key"))).toBe(true);
    const own = await (await mount.key("own")).version(1);
    expect(file("key").equals(Buffer.from(own?.hmac.reveal() ?? []))).toBe(true);
  });

  it("reads the certificate request of a key and takes its signature for good", async () => {
    for (const type of ["rsa-2048", "ecdsa-p384", "ed25519"]) {
      await mount.make(`csr-${type}`, { type });
      write("csr.pem", (await mount.request("update", `keys/csr-${type}/csr`)).data.csr);
      expect(openssl(["req", "-in", "csr.pem", "-verify", "-noout"])).toBe(true);
    }
  });
});
