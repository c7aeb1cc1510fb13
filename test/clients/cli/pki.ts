import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { done, expect, needCommand, type Run, refused, secret } from "./vault.ts";

/** Certificates and one-time codes, by `read`, `write` and the commands of `pki`, where the program has them. */

const JsonObject = z.record(z.string(), z.unknown());
const Health = z.record(z.string(), z.array(z.object({ status_code: z.number() })));
const text = (value: unknown): string => String(value);

const certificates = async (vault: Run): Promise<void> => {
  await done(vault, "secrets", "enable", "-path=cli-pki", "pki");
  await done(vault, "secrets", "tune", "-max-lease-ttl=87600h", "cli-pki");
  const root = ["common_name=cli root", "key_type=ec", "ttl=87600h", "issuer_name=root"];
  await done(vault, "write", "cli-pki/root/generate/internal", ...root);
  await done(
    vault,
    "write",
    "cli-pki/roles/web",
    "allowed_domains=example.com",
    "allow_subdomains=true",
    "key_type=ec",
  );
  const issued = (await secret(vault, "write", "cli-pki/issue/web", "common_name=a.example.com", "ttl=1h")).data ?? {};
  expect(text(issued["certificate"]).startsWith("-----BEGIN CERTIFICATE-----"), "a certificate");
  expect(text(issued["private_key"]).startsWith("-----BEGIN EC PRIVATE KEY-----"), "its key");
  await refused(vault, "not allowed by this role", "write", "cli-pki/issue/web", "common_name=a.example.org");
  const serial = text(issued["serial_number"]);
  const shown = await done(vault, "read", "-field=certificate", `cli-pki/cert/${serial}`);
  expect(shown.trim() === text(issued["certificate"]).trim(), "it is read again");
  await done(vault, "write", "cli-pki/revoke", `serial_number=${serial}`);
  const gone = (await secret(vault, "read", `cli-pki/cert/${serial}`)).data ?? {};
  expect(Number(gone["revocation_time"]) > 0, "it is revoked");
  await done(vault, "secrets", "disable", "cli-pki");
};

const codes = async (vault: Run): Promise<void> => {
  await done(vault, "secrets", "enable", "-path=cli-totp", "totp");
  const made = await secret(vault, "write", "cli-totp/keys/app", "generate=true", "issuer=Cli", "account_name=ann");
  await done(vault, "write", "cli-totp/keys/copy", `url=${text(made.data?.["url"])}`);
  const code = (await done(vault, "read", "-field=code", "cli-totp/code/copy")).trim();
  const checked = await secret(vault, "write", "cli-totp/code/app", `code=${code}`);
  expect(checked.data?.["valid"] === true, "the code is right");
  await refused(vault, "code already used", "write", "cli-totp/code/app", `code=${code}`);
  await done(vault, "secrets", "disable", "cli-totp");
};

const commands = async (vault: Run): Promise<void> => {
  await needCommand(vault, "pki", "health-check");
  for (const mount of ["cli-root", "cli-int"]) {
    await done(vault, "secrets", "enable", `-path=${mount}`, "pki");
    await done(vault, "secrets", "tune", "-max-lease-ttl=87600h", mount);
  }
  const root = ["common_name=cli root", "key_type=ec", "ttl=87600h", "issuer_name=root"];
  await done(vault, "write", "cli-root/root/generate/internal", ...root);
  const child = ["common_name=cli intermediate", "key_type=ec", "key_bits=256", "ttl=43800h"];
  await done(vault, "pki", "issue", "-issuer_name=child", "cli-root/issuer/root", "cli-int/", ...child);
  const again = ["common_name=another", "ttl=43800h"];
  await done(
    vault,
    "pki",
    "reissue",
    "-issuer_name=second",
    "cli-root/issuer/root",
    "cli-int/issuer/child",
    "cli-int/",
    ...again,
  );

  const verified = JsonObject.parse(
    JSON.parse(await done(vault, "pki", "verify-sign", "-format=json", "cli-root/issuer/root", "cli-int/issuer/child")),
  );
  const matches = ["key_id_match", "path_match", "signature_match", "subject_match", "trust_match"];
  expect(
    matches.every((name) => verified[name] === true),
    JSON.stringify(verified),
  );
  const listing = await done(vault, "pki", "list-intermediates", "-format=json", "cli-root/issuer/root", "cli-int/");
  const found = Object.entries(JsonObject.parse(JSON.parse(listing)));
  expect(found.filter(([path, match]) => path.startsWith("cli-int/issuer/") && match === true).length >= 2, listing);

  const { status, out, err } = await vault(["pki", "health-check", "-format=json", "-list", "cli-int"]);
  expect(status === 0, `health-check -list: ${err || out}`);
  const health = await vault(["pki", "health-check", "-format=json", "cli-int"]);
  const judged = Health.parse(JSON.parse(health.out));
  // 4 to 6: something is wrong, not understood, or not allowed. Nobody has tidied this mount yet.
  const grave = Object.entries(judged).flatMap(([name, rows]) =>
    rows.flatMap((row) => (row.status_code < 4 ? [] : [name])),
  );
  expect(grave.join() === "tidy_last_run", `health-check minds ${grave.join(", ")}: ${health.err || health.out}`);
  const checks = Object.keys(judged);
  for (const name of [
    "ca_validity_period",
    "crl_validity_period",
    "enable_auto_tidy",
    "tidy_last_run",
    "too_many_certs",
  ]) {
    expect(checks.includes(name), `health-check has no ${name}: ${checks.join(", ")}`);
  }
  await done(vault, "secrets", "disable", "cli-int");
  await done(vault, "secrets", "disable", "cli-root");
};

/** Signed elsewhere: the request leaves, the certificate comes back. */
const signed = async (vault: Run): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-cli-pki-"));
  try {
    for (const mount of ["cli-above", "cli-below"]) await done(vault, "secrets", "enable", `-path=${mount}`, "pki");
    await done(vault, "write", "cli-above/root/generate/internal", "common_name=above", "key_type=ed25519");
    const request = ["common_name=below", "key_type=ed25519"];
    const csr = await done(vault, "write", "-field=csr", "cli-below/intermediate/generate/internal", ...request);
    await writeFile(join(folder, "csr"), csr);
    const file = `csr=@${join(folder, "csr")}`;
    const below = await done(
      vault,
      "write",
      "-field=certificate",
      "cli-above/root/sign-intermediate",
      file,
      "common_name=below",
      "ttl=1h",
    );
    await writeFile(join(folder, "certificate"), below);
    await done(vault, "write", "cli-below/intermediate/set-signed", `certificate=@${join(folder, "certificate")}`);
    const shown = await done(vault, "read", "-field=certificate", "cli-below/cert/ca");
    expect(shown.trim() === below.trim(), "the intermediate serves");
    await done(vault, "secrets", "disable", "cli-below");
    await done(vault, "secrets", "disable", "cli-above");
  } finally {
    await rm(folder, { recursive: true });
  }
};

export const PKI: Readonly<Record<string, (vault: Run) => Promise<void>>> = {
  "pki: a root, a role, a certificate issued, read and revoked": certificates,
  "pki: an intermediate is requested here, signed there and brought back": signed,
  "pki: issue, reissue, verify-sign, list-intermediates and health-check": commands,
  "totp: a key by its address, a code told, and checked once": codes,
};
