import { spawn } from "node:child_process";
import { createCipheriv, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../support/free-port.ts";
import { done, expect, needCommand, type Run, secret } from "./vault.ts";

/** Keys that go between this server and others: by `transit import`, and by backups to and from the program's own server. */

/** What an AES key makes of a plaintext, as the engine writes it. */
const encryptedBy = (key: Buffer, plaintext: Buffer): string => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return `vault:v1:${body.toString("base64")}`;
};

const decrypts = async (vault: Run, path: string, ciphertext: string, plaintext: string): Promise<void> => {
  const text = (await done(vault, "write", "-field=plaintext", path, `ciphertext=${ciphertext}`)).trim();
  expect(text === plaintext, `${path} answers ${text}`);
};

const imports = async (vault: Run): Promise<void> => {
  await needCommand(vault, "transit", "import");
  await done(vault, "secrets", "enable", "-path=cli-transit", "transit");
  const folder = await mkdtemp(join(tmpdir(), "zeroth-cli-transit-"));
  try {
    for (const version of [1, 2]) {
      const key = randomBytes(32);
      const file = join(folder, "key");
      await writeFile(file, key.toString("base64"));
      if (version === 1) await done(vault, "transit", "import", "cli-transit/keys/k", `@${file}`, "type=aes256-gcm96");
      else await done(vault, "transit", "import-version", "cli-transit/keys/k", `@${file}`);
      const text = encryptedBy(key, Buffer.from("by key")).replace(":v1:", `:v${version}:`);
      await decrypts(vault, "cli-transit/decrypt/k", text, Buffer.from("by key").toString("base64"));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  await done(vault, "secrets", "disable", "cli-transit");
};

const TYPES: Readonly<Record<string, string>> = {
  "aes128-gcm96": "encrypt",
  "aes256-gcm96": "encrypt",
  "chacha20-poly1305": "encrypt",
  "xchacha20-poly1305": "encrypt",
  "rsa-2048": "encrypt",
  "rsa-3072": "sign",
  "rsa-4096": "sign",
  ed25519: "sign",
  "ecdsa-p256": "sign",
  "ecdsa-p384": "sign",
  "ecdsa-p521": "sign",
  hmac: "hmac",
};

const PLAIN = Buffer.from("there and back").toString("base64");

/** Uses a key on one server, so that the same must hold on the other. */
const used = async (vault: Run, type: string, how: string): Promise<readonly string[]> => {
  if (how === "encrypt") {
    const { data } = await secret(vault, "write", `cli-there/encrypt/${type}`, `plaintext=${PLAIN}`);
    return ["decrypt", `ciphertext=${data?.["ciphertext"]}`];
  }
  const { data } = await secret(vault, "write", `cli-there/${how}/${type}`, `input=${PLAIN}`);
  const made = how === "sign" ? `signature=${data?.["signature"]}` : `hmac=${data?.["hmac"]}`;
  return ["verify", `input=${PLAIN}`, made];
};

const carry = async (from: Run, to: Run): Promise<void> => {
  await done(from, "secrets", "enable", "-path=cli-there", "transit");
  await done(to, "secrets", "enable", "-path=cli-back", "transit");
  for (const [type, how] of Object.entries(TYPES)) {
    const size = type === "hmac" ? ["key_size=64"] : [];
    const open = ["exportable=true", "allow_plaintext_backup=true", "auto_rotate_period=24h"];
    await done(from, "write", `cli-there/keys/${type}`, `type=${type}`, ...size, ...open);
    if (!type.startsWith("rsa")) await done(from, "write", "-f", `cli-there/keys/${type}/rotate`);
    const [path = "", ...fields] = await used(from, type, how);
    const backup = (await done(from, "read", "-field=backup", `cli-there/backup/${type}`)).trim();
    await done(to, "write", `cli-back/restore/${type}`, `backup=${backup}`);
    const { data } = await secret(to, "write", `cli-back/${path}/${type}`, ...fields);
    expect(data?.["plaintext"] === PLAIN || data?.["valid"] === true, `${type}: ${JSON.stringify(data)}`);
    const read = await secret(to, "read", `cli-back/keys/${type}`);
    expect(read.data?.["auto_rotate_period"] === 86_400, `${type}: the period`);
    await done(to, "write", "-f", `cli-back/keys/${type}/rotate`);
  }
  await done(from, "secrets", "disable", "cli-there");
  await done(to, "secrets", "disable", "cli-back");
};

const [program = ""] = process.argv.slice(2);

/** The same commands against a server that the program itself is. */
const withItsServer = async (vault: Run, run: (other: Run) => Promise<void>): Promise<void> => {
  await needCommand(vault, "server");
  const address = `127.0.0.1:${await freePort()}`;
  const args = ["server", "-dev", "-dev-root-token-id=root", `-dev-listen-address=${address}`, "-dev-no-store-token"];
  const child = spawn(program, args, { stdio: "ignore" });
  try {
    const other: Run = (words, options = {}) =>
      vault(words, {
        ...options,
        token: "root",
        environment: { VAULT_ADDR: `http://${address}`, ...options.environment },
      });
    for (let tries = 0; (await other(["status"])).status !== 0; tries += 1) {
      expect(tries < 500, "its own server starts");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await run(other);
  } finally {
    child.kill();
  }
};

export const TRANSIT: Readonly<Record<string, (vault: Run) => Promise<void>>> = {
  "transit: a key and its second version, wrapped by `transit import`": imports,
  "transit: keys of every type are restored here from backups of the program's own server": (vault) =>
    withItsServer(vault, (other) => carry(other, vault)),
  "transit: keys of every type are restored by the program's own server from backups made here": (vault) =>
    withItsServer(vault, (other) => carry(vault, other)),
};
