import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { type Folder, makeFolder, makeKey, type Ran, run, type Sshd, startSshd } from "../../../support/openssh.ts";
import { withOpenSsh } from "../../../support/openssh-suite.ts";
import { createTestClock } from "../../../support/storage.ts";
import { mountSsh, type Ssh } from "./support/hosts.ts";

/** A real `sshd`, on a port of this machine alone, judges certificates of the server. */

const HOST = "web.example.com";
const HOUR = 3_600_000;

/** The mounts whose CAs the host trusts, and how their keys are made. */
const AUTHORITIES = [
  ["ssh", { key_type: "ssh-ed25519" }, "default"],
  ["ssh-rsa", { key_type: "ssh-rsa", key_bits: 2048 }, "default"],
  ["ssh-rsa-512", { key_type: "rsa", key_bits: 3072 }, "rsa-sha2-512"],
  ["ssh-256", { key_type: "ec", key_bits: 256 }, "default"],
  ["ssh-384", { key_type: "ecdsa-sha2-nistp384" }, "default"],
  ["ssh-521", { key_type: "ecdsa-sha2-nistp521" }, "default"],
] as const;

withOpenSsh("an OpenSSH server that trusts the CA", ["sshd", "ssh", "ssh-keygen"], () => {
  const clock = createTestClock(Date.now());
  let server: TestServer;
  let ssh: Ssh;
  let folder: Folder;
  let host: Sshd;
  let user: string;
  let key: string;

  const roleOf = (algorithm_signer: string) => ({
    key_type: "ca",
    allow_user_certificates: true,
    allow_host_certificates: true,
    allowed_users: "*",
    allowed_domains: "example.com",
    allow_subdomains: true,
    default_extensions: { "permit-pty": "" },
    algorithm_signer,
    ttl: "10m",
  });

  const signed = async (mount: string, body: Readonly<Record<string, unknown>>): Promise<string> => {
    const public_key = await readFile(`${key}.pub`, "utf8");
    const { status, data, text } = await ssh.post(`${mount}/sign/all`, { public_key, ...body });
    if (status !== 200) throw new Error(text);
    return String(data["signed_key"]);
  };

  beforeAll(async () => {
    server = await makeServer({ clock });
    ssh = await mountSsh(server);
    folder = await makeFolder();
    key = await makeKey(folder, "id", ["-t", "ed25519"]);
    const trusted: string[] = [];
    for (const [mount, made, signer] of AUTHORITIES) {
      if (mount !== "ssh") await ssh.post(`sys/mounts/${mount}`, { type: "ssh" });
      await ssh.post(`${mount}/config/ca`, made);
      await ssh.post(`${mount}/roles/all`, roleOf(signer));
      trusted.push((await server.call("GET", `${mount}/public_key`, { token: null })).text);
    }
    const hostKey = await makeKey(folder, "host", ["-t", "ed25519"]);
    const { data } = await ssh.post("ssh/sign/all", {
      public_key: await readFile(`${hostKey}.pub`, "utf8"),
      cert_type: "host",
      valid_principals: HOST,
    });
    host = await startSshd(folder, [
      `HostKey ${hostKey}`,
      `HostCertificate ${await folder.write("host-cert.pub", String(data["signed_key"]))}`,
      `TrustedUserCAKeys ${await folder.write("trusted", trusted.join(""))}`,
    ]);
    user = host.user;
    await folder.write("known", `@cert-authority *.example.com ${trusted[0]}`);
    await folder.write("known-other", `@cert-authority *.example.com ${trusted[1]}`);
  });
  afterAll(async () => {
    await host.stop();
    await server.dynamo.close();
    await folder.close();
  });

  interface Visit {
    readonly identity?: string;
    readonly known?: string;
    readonly name?: string;
    readonly command?: string;
  }

  const visit = async (certificate: string, options: Visit = {}): Promise<Ran> => {
    const { identity = key, known = "known", name = HOST, command = "echo welcome" } = options;
    // Where `ssh` looks for the certificate of a key, whatever the format of the key's own file.
    await writeFile(`${identity}-cert.pub`, certificate);
    return run("ssh", [
      ...["-F", "/dev/null", "-p", String(host.port), "-i", identity],
      ...[`UserKnownHostsFile=${join(folder.path, known)}`, `HostKeyAlias=${name}`]
        .concat("GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes", "BatchMode=yes", "IdentitiesOnly=yes")
        .concat("IdentityAgent=none", "ControlPath=none")
        .flatMap((option) => ["-o", option]),
      `${user}@127.0.0.1`,
      command,
    ]);
  };

  it.each(AUTHORITIES.map(([mount]) => mount))("lets in whom %s signed a certificate for", async (mount) => {
    expect(await visit(await signed(mount, { valid_principals: user }))).toEqual({ code: 0, text: "welcome\n" });
  });

  it("logs the key id and the serial that the certificate has", async () => {
    await visit(await signed("ssh", { valid_principals: user }));
    await host.logged(/ED25519-CERT .* ID vault-root-[0-9a-f]{64} \(serial \d+\)/);
  });

  it("runs the command that a critical option forces, whatever is asked for", async () => {
    const body = { valid_principals: user, critical_options: { "force-command": "echo forced" } };
    expect(await visit(await signed("ssh", body))).toEqual({ code: 0, text: "forced\n" });
  });

  it.each([
    ["rsa", 2048],
    ["ec", 256],
    ["ed25519", 0],
  ])("lets in who was issued a key of type %s", async (key_type, key_bits) => {
    const { data } = await ssh.post("ssh/issue/all", { key_type, key_bits, valid_principals: user });
    const identity = await folder.write(`issued-${key_type}`, String(data["private_key"]));
    expect(await visit(String(data["signed_key"]), { identity })).toEqual({ code: 0, text: "welcome\n" });
  });

  describe("refuses", () => {
    const refused = async (certificate: string, why: RegExp, options: Visit = {}) => {
      const before = host.log().length;
      const { code, text } = await visit(certificate, options);
      expect([code, text]).toEqual([255, expect.stringContaining("Permission denied")]);
      await host.logged(why, before);
    };

    it("a certificate that has expired", async () => {
      clock.advance(-HOUR);
      const certificate = await signed("ssh", { valid_principals: user, ttl: "1m" });
      clock.advance(HOUR);
      await refused(certificate, /Certificate invalid: expired/);
    });

    it("a certificate that is not valid yet", async () => {
      clock.advance(HOUR);
      const certificate = await signed("ssh", { valid_principals: user });
      clock.advance(-HOUR);
      await refused(certificate, /Certificate invalid: not yet valid/);
    });

    it("a certificate for somebody else", async () => {
      await refused(await signed("ssh", { valid_principals: "somebody,else" }), /name is not a listed principal/);
    });

    it("a certificate of a host", async () => {
      const certificate = await signed("ssh", { cert_type: "host", valid_principals: HOST });
      await refused(certificate, /not a user certificate|Certificate type host|Failed publickey|Connection closed/);
    });

    it("a certificate that was changed after it was signed", async () => {
      const [type = "", base64 = ""] = (await signed("ssh", { valid_principals: "x".repeat(user.length) })).split(" ");
      const bytes = Buffer.from(base64, "base64");
      const at = bytes.indexOf("x".repeat(user.length));
      bytes.write(user, at, "latin1");
      await refused(`${type} ${bytes.toString("base64")}\n`, /Failed|incorrect signature|Connection closed/);
    });

    it("a certificate of a CA that it does not trust", async () => {
      await ssh.post("sys/mounts/stranger", { type: "ssh" });
      await ssh.post("stranger/config/ca", { key_type: "ed25519" });
      await ssh.post("stranger/roles/all", roleOf("default"));
      await refused(await signed("stranger", { valid_principals: user }), /Failed|Connection closed/);
    });

    it("a certificate in the hands of somebody with another key", async () => {
      const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
      const identity = await folder.write("other", String(other.export({ type: "pkcs1", format: "pem" })));
      await refused(await signed("ssh", { valid_principals: user }), /Failed|Connection closed/, { identity });
    });
  });

  describe("shows a host certificate, which a client", () => {
    it("believes for the names in it, and for no other", async () => {
      const certificate = await signed("ssh", { valid_principals: user });
      const other = await visit(certificate, { name: "db.example.com" });

      expect((await visit(certificate)).code).toBe(0);
      expect([other.code, other.text]).toEqual([255, expect.stringContaining("verification failed")]);
    });

    it("does not believe where another CA signed it", async () => {
      const { code, text } = await visit(await signed("ssh", { valid_principals: user }), { known: "known-other" });
      expect([code, text]).toEqual([255, expect.stringContaining("verification failed")]);
    });
  });
});
