import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe } from "@jest/globals";
import { download } from "./programs.ts";

/**
 * What others read of certificates, requests, lists of the revoked and OCSP answers that were signed here: OpenSSL, Go's
 * `crypto/x509`, and zlint with the rules of the RFCs. The Go program is built once, below `.zeroth/clients`.
 */

const run = promisify(execFile);

export interface Signed {
  readonly kind: "certificate" | "request" | "list" | "ocsp";
  readonly der: Uint8Array;
  /** DER of the certificate whose key has signed; absent: nothing but a request's own signature is checked. */
  readonly issuer?: Uint8Array | undefined;
}

interface Finding {
  readonly rule: string;
  readonly status: string;
  readonly source: string;
  readonly details: string;
}

interface GoReading {
  readonly error: string;
  readonly fields: Readonly<Record<string, unknown>> | null;
  readonly findings: readonly Finding[];
}

export interface Reading {
  /** What Go read (`outside-readers/main.go` names the members). */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whatever somebody does not accept, by name; empty: nobody objects. */
  readonly problems: readonly string[];
  /** The rules of zlint that are broken, of any weight. */
  readonly findings: readonly Finding[];
}

const PROGRAM = ".zeroth/clients/outside-readers";
const SOURCE = fileURLToPath(new URL("outside-readers", import.meta.url));

let built: Promise<string> | undefined;

/** Several suites may build at once: each under a name of its own first. */
const build = async (): Promise<string> => {
  await mkdir(".zeroth/clients", { recursive: true });
  const program = join(process.cwd(), PROGRAM);
  const own = `${program}-${process.pid}`;
  await download("go", ["build", "-mod=readonly", "-o", own, "."], { cwd: SOURCE });
  await rename(own, program);
  return program;
};

const base64 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("base64");

const askGo = async (things: readonly Signed[]): Promise<readonly GoReading[]> => {
  built ??= build();
  const reader = spawn(await built, [], { stdio: ["pipe", "pipe", "inherit"] });
  const sent = things.map(({ kind, der, issuer }) => ({ kind, der: base64(der), issuer: base64(issuer) }));
  reader.stdin.end(JSON.stringify(sent));
  return JSON.parse(await text(reader.stdout)) as readonly GoReading[];
};

/** What OpenSSL is asked about a thing in `thing.der`, of an issuer in `issuer.pem`. Times are not its business here. */
const QUESTIONS: Readonly<Record<Signed["kind"], readonly string[]>> = {
  certificate: ["verify", "-partial_chain", "-no_check_time", "-ignore_critical", "-CAfile", "issuer.pem", "thing.pem"],
  request: ["req", "-inform", "DER", "-in", "thing.der", "-noout", "-verify"],
  list: ["crl", "-inform", "DER", "-in", "thing.der", "-noout", "-CAfile", "issuer.pem"],
  ocsp: ["ocsp", "-respin", "thing.der", "-VAfile", "issuer.pem", "-no_nonce"],
};
/** Without an issuer it only reads. */
const READ: Readonly<Record<Signed["kind"], readonly string[]>> = {
  certificate: ["x509", "-in", "thing.pem", "-noout", "-text"],
  request: QUESTIONS.request,
  list: ["crl", "-inform", "DER", "-in", "thing.der", "-noout", "-text"],
  ocsp: ["ocsp", "-respin", "thing.der", "-noverify", "-resp_text"],
};

const pem = (der: Uint8Array): string => `-----BEGIN CERTIFICATE-----\n${base64(der)}\n-----END CERTIFICATE-----\n`;

/** OpenSSL's objection; `""`: none. */
const askOpenSsl = async (folder: string, { kind, der, issuer }: Signed): Promise<string> => {
  await writeFile(join(folder, "thing.der"), der);
  if (kind === "certificate") await writeFile(join(folder, "thing.pem"), pem(der));
  if (issuer) await writeFile(join(folder, "issuer.pem"), pem(issuer));
  const question = (issuer ? QUESTIONS : READ)[kind];
  try {
    const { stdout, stderr } = await run("openssl", [...question], { cwd: folder, maxBuffer: 2 ** 28 });
    // Of a list that it does not believe it only says so.
    return kind === "list" && issuer && !stderr.includes("verify OK") ? `${stdout}${stderr}` : "";
  } catch (cause) {
    return String(cause);
  }
};

const BROKEN: readonly string[] = ["error", "fatal"];

const problemsOf = (openssl: string, { error, findings }: GoReading): readonly string[] => [
  ...(openssl === "" ? [] : [`OpenSSL: ${openssl}`]),
  ...(error === "" ? [] : [`Go: ${error}`]),
  ...findings
    .filter(({ status }) => BROKEN.includes(status))
    .map(({ rule, source, details }) => `zlint: ${rule} (${source}) ${details}`.trim()),
];

/** What the others read, in the order of the things. Throws where one of the readers cannot run. */
export const readByOthers = async (things: readonly Signed[]): Promise<readonly Reading[]> => {
  const folder = await mkdtemp(join(tmpdir(), "outside-readers-"));
  try {
    const readings = await askGo(things);
    const found: Reading[] = [];
    for (const [index, thing] of things.entries()) {
      const reading = readings[index];
      if (!reading) throw new Error("Go read fewer things than it was given");
      const problems = problemsOf(await askOpenSsl(folder, thing), reading);
      found.push({ fields: reading.fields ?? {}, findings: reading.findings, problems });
    }
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** A suite that needs the outside readers; skipped, and says so, where one is missing. */
export const withOutsideReaders = (name: string, tests: () => void): void => {
  const missing = ["openssl", "go"].filter((program) => !isThere(program));
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (skipped: there is no ${missing.join(", no ")} on this machine)`, tests);
};
