import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalServer } from "../../../src/local/server/index.ts";
import { type DnsServer, startDns } from "../../support/dns.ts";
import { freePort } from "../../support/free-port.ts";
import { writeCertificates } from "../certificates.ts";

/**
 * Unmodified clients of ACME against the local server over TLS: `suite.ts CERTBOT GO_SUITE`. A name service of its own
 * says that every name is this machine, and takes the records of dns-01; hosts are asked on free ports, because nobody
 * may listen on 80 and 443 here.
 */

const [certbot = "", goSuite = ""] = process.argv.slice(2);
const run = promisify(execFile);
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const NAMES = [
  "lego.example.com",
  "lego2.example.com",
  "alpn.example.com",
  "bound.example.com",
  "caddy.example.com",
  "own.example.com",
  "silent.example.com",
  "certbot.example.com",
  "certbot2.example.com",
];

/** Sets the records of dns-01 as clients ask: `?name=NAME&txt=TEXT`; an empty text takes the record away. */
const startControl = async (dns: DnsServer) => {
  const server = createServer(({ url = "" }, response) => {
    const { searchParams } = new URL(url, "http://127.0.0.1");
    const name = (searchParams.get("name") ?? "").toLowerCase();
    const text = searchParams.get("txt") ?? "";
    if (text === "") dns.records.delete(name);
    else dns.records.set(name, { txt: [...(dns.records.get(name)?.txt ?? []), text] });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
};

const certificates = await writeCertificates();
const folder = await mkdtemp(join(tmpdir(), "zeroth-acme-clients-"));
const dns = await startDns();
const control = await startControl(dns);
const [httpPort, tlsPort] = [await freePort(), await freePort()];
const [, cert = "", , key = ""] = certificates.flags;
const local = await startLocalServer({
  port: 0,
  rootToken: "root",
  tls: { cert, key },
  challengePorts: { http: httpPort, https: tlsPort },
});

/** In this process, past TLS. */
const vault = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
  const answer = await local.server.handle({
    method,
    path: `/v1/${path}`,
    query: "",
    headers: { "x-vault-token": ["root"] },
    body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
    sourceAddress: "127.0.0.1",
  });
  const text = Buffer.from(answer.body).toString("utf8");
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${text}`);
  return text === "" ? {} : JSON.parse(text).data;
};

const configure = async (): Promise<void> => {
  const path = `${local.url}/v1/pki`;
  await vault("POST", "sys/mounts/pki", { type: "pki", config: { max_lease_ttl: "87600h" } });
  await vault("POST", "pki/root/generate/internal", { common_name: "Root of the tests", ttl: "80000h" });
  await vault("POST", "pki/config/cluster", { path, aia_path: path });
  await vault("POST", "pki/config/urls", { issuing_certificates: `${path}/ca`, ocsp_servers: `${path}/ocsp` });
  await vault("POST", "pki/roles/web", { allowed_domains: "example.com", allow_subdomains: true, key_type: "any" });
  await vault("POST", "pki/config/acme", { enabled: true, dns_resolver: dns.at });
};

let failed = 0;
const check = async (name: string, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
    print(`ok ${name}`);
  } catch (cause) {
    failed += 1;
    print(`not ok ${name}: ${String(cause instanceof Error ? cause.message : cause).replaceAll("\n", " ")}`);
  }
};

/** One command of certbot, with an account of its own for each `home`. */
const bot = async (home: string, command: string, ...more: readonly string[]): Promise<string> => {
  const at = join(folder, home);
  const folders = ["--config-dir", join(at, "etc"), "--work-dir", join(at, "var"), "--logs-dir", join(at, "log")];
  const { stdout } = await run(certbot, [command, "--non-interactive", ...folders, ...more], {
    env: { ...process.env, REQUESTS_CA_BUNDLE: certificates.environment.TLS_CA, ACME_DNS_CONTROL: control.url },
    timeout: 120_000,
  });
  return stdout;
};
const directory = (below = ""): string => `${local.url}/v1/pki/${below}acme/directory`;
const usual = (name: string, below = ""): readonly string[] => [
  ...["--server", directory(below), "--agree-tos", "-m", "admin@example.com", "--no-eff-email"],
  ...["--cert-name", name, "-d", name],
];
const standalone = ["--standalone", "--http-01-port", String(httpPort), "--http-01-address", "127.0.0.1"];

const leafOf = async (home: string, name: string): Promise<X509Certificate> =>
  new X509Certificate(await readFile(join(folder, home, "etc", "live", name, "cert.pem")));
const root = async (): Promise<X509Certificate> =>
  new X509Certificate(String((await vault("GET", "pki/cert/ca"))["certificate"]));
const checkLeaf = async (home: string, name: string): Promise<X509Certificate> => {
  const leaf = await leafOf(home, name);
  const expected = `DNS:${name}`;
  if (leaf.subjectAltName !== expected) throw new Error(`it is for ${leaf.subjectAltName}, not for ${expected}`);
  if (!leaf.verify((await root()).publicKey)) throw new Error("it is not of the root");
  return leaf;
};

const HOOK = `#!/usr/bin/env node
const url = new URL(process.env.ACME_DNS_CONTROL);
url.searchParams.set("name", "_acme-challenge." + process.env.CERTBOT_DOMAIN);
url.searchParams.set("txt", process.argv[2] === "clean" ? "" : process.env.CERTBOT_VALIDATION);
await fetch(url);
`;

const certbotChecks = async (): Promise<void> => {
  const { stderr, stdout } = await run(certbot, ["--version"]);
  print(`# certbot ${(stdout + stderr).replace(/^certbot /, "").trim()}, and Go's clients`);
  const hook = join(folder, "hook.mjs");
  await writeFile(hook, HOOK);
  await check("certbot: a certificate by http-01, renewed and revoked", async () => {
    const name = "certbot.example.com";
    await bot("one", "certonly", ...standalone, ...usual(name));
    const first = await checkLeaf("one", name);
    await bot("one", "renew", "--force-renewal", "--no-random-sleep-on-renew");
    const second = await checkLeaf("one", name);
    if (first.serialNumber === second.serialNumber) throw new Error("it was not renewed");
    await bot("one", "revoke", "--server", directory(), "--cert-name", name, "--no-delete-after-revoke");
    const path = `pki/cert/${second.serialNumber.toLowerCase().match(/../g)?.join("-")}`;
    if ((await vault("GET", path))["revocation_time"] === 0) throw new Error("it was not revoked");
  });
  await check("certbot: a wildcard by dns-01 with hooks", async () => {
    const name = "*.certbot.example.com";
    const hooks = [
      "--manual-auth-hook",
      `${process.execPath} ${hook}`,
      "--manual-cleanup-hook",
      `${process.execPath} ${hook} clean`,
    ];
    const { length } = dns.asked;
    await bot(
      "two",
      "certonly",
      "--manual",
      "--preferred-challenges",
      "dns",
      ...hooks,
      ...usual(name),
      "--cert-name",
      "wild",
    );
    if (!dns.asked.slice(length).includes("txt _acme-challenge.certbot.example.com")) throw new Error("nobody asked");
    if ((await leafOf("two", "wild")).subjectAltName !== `DNS:${name}`) throw new Error("it is for another name");
  });
  await check("certbot: an account with a binding, in the directory of a role", async () => {
    const { id, key: secret } = await vault("POST", "pki/roles/web/acme/new-eab");
    await vault("POST", "pki/config/acme", { eab_policy: "always-required" });
    try {
      const bound = ["--eab-kid", String(id), "--eab-hmac-key", String(secret)];
      await bot("three", "certonly", ...standalone, ...usual("certbot2.example.com", "roles/web/"), ...bound);
      await checkLeaf("three", "certbot2.example.com");
    } finally {
      await vault("POST", "pki/config/acme", { eab_policy: "not-required" });
    }
  });
  await check("certbot: an account that is found again, changed and deactivated", async () => {
    const at = ["--server", directory()];
    await bot("one", "update_account", ...at, "-m", "other@example.com", "--no-eff-email");
    if (!(await bot("one", "show_account", ...at)).includes("other@example.com")) throw new Error("it was not changed");
    await bot("one", "unregister", ...at);
  });
};

const goChecks = async (): Promise<void> => {
  const environment = {
    ACME_ADDRESS: local.url,
    ACME_TOKEN: "root",
    ACME_HTTP_PORT: String(httpPort),
    ACME_TLS_PORT: String(tlsPort),
    ACME_DNS_CONTROL: control.url,
    ACME_CA_FILE: certificates.environment.TLS_CA,
  };
  const said = await run(goSuite, [], { env: { ...process.env, ...environment }, timeout: 600_000 }).catch(
    (cause: { readonly stdout?: string }) => ({ stdout: cause.stdout ?? "not ok go: it did not run" }),
  );
  for (const line of said.stdout.split("\n").filter((one) => /^(?:ok|not ok) /.test(one))) {
    if (line.startsWith("not ok")) failed += 1;
    print(line);
  }
};

try {
  for (const name of NAMES) dns.records.set(name, { a: ["127.0.0.1"] });
  await configure();
  await certbotChecks();
  await goChecks();
} finally {
  await local.close();
  control.close();
  await dns.close();
  await certificates.remove();
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
