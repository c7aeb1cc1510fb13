import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { failureLine } from "../../../../src/cli/failure.ts";
import { startLocalServer } from "../../../../src/local/server/index.ts";
import { readTlsFiles, type TlsFiles } from "../../../../src/local/server/tls-files.ts";
import { type Made, makeAuthority, makeCertificate } from "../../../support/certificates.ts";

/** `zeroth server --tls-cert … --tls-key … --tls-client-ca …`. */

let folder: string;
let root: Made;
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zeroth-tls-"));
  root = await makeAuthority("CN=root");
  const server = await makeCertificate({ name: "CN=localhost", dns: ["localhost"], purposes: [], by: root });
  const other = await makeCertificate();
  const ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
  const files = {
    "cert.pem": server.cert,
    "key.pem": server.key,
    "ca.pem": root.cert,
    "other-key.pem": other.key,
    "encrypted.pem": ENCRYPTED,
    "text.pem": "no PEM\n",
    "broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(file(name), text)));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the files of TLS", () => {
  const lineOf = (files: TlsFiles): Promise<string> => readTlsFiles(files).then(() => "it worked", failureLine);
  const paths = (names: Readonly<Record<string, string>>): TlsFiles =>
    Object.fromEntries(Object.entries(names).map(([option, name]) => [option, file(name)]));

  it("may all be left out, or the authorities alone", async () => {
    expect(await readTlsFiles({})).toBeUndefined();
    expect(await lineOf(paths({ cert: "cert.pem", key: "key.pem" }))).toBe("it worked");
    expect(await lineOf(paths({ cert: "cert.pem", key: "key.pem", clientCa: "ca.pem" }))).toBe("it worked");
  });

  it.each([
    [{ cert: "cert.pem" }, "--tls-cert and --tls-key belong together"],
    [{ key: "key.pem" }, "--tls-cert and --tls-key belong together"],
    [{ clientCa: "ca.pem" }, "--tls-client-ca needs --tls-cert and --tls-key"],
    [{ cert: "none.pem", key: "key.pem" }, "cannot use FOLDER/none.pem: no such file or folder"],
    [{ cert: "text.pem", key: "key.pem" }, "--tls-cert FOLDER/text.pem holds no certificate in PEM"],
    [{ cert: "broken.pem", key: "key.pem" }, "--tls-cert FOLDER/broken.pem holds no certificate in PEM"],
    [{ cert: "cert.pem", key: "text.pem" }, "--tls-key FOLDER/text.pem holds no private key in PEM"],
    [
      { cert: "cert.pem", key: "encrypted.pem" },
      "--tls-key FOLDER/encrypted.pem is encrypted; give a key without a passphrase",
    ],
    [
      { cert: "cert.pem", key: "other-key.pem" },
      "the key in --tls-key FOLDER/other-key.pem is not that of the certificate in --tls-cert FOLDER/cert.pem",
    ],
    [
      { cert: "cert.pem", key: "key.pem", clientCa: "key.pem" },
      "--tls-client-ca FOLDER/key.pem holds no certificate in PEM",
    ],
  ])("%j is told in one line", async (names, line) => {
    expect(await lineOf(paths(names))).toBe(line.replaceAll("FOLDER", folder));
  });
});

it("the local server speaks TLS, and its address says so", async () => {
  const local = await startLocalServer({
    port: 0,
    sweeper: false,
    tls: { cert: file("cert.pem"), key: file("key.pem"), clientCa: file("ca.pem") },
  });
  const status = await new Promise((resolve, reject) => {
    const url = new URL("/v1/sys/health", local.url);
    const sent = request({
      host: "127.0.0.1",
      port: url.port,
      path: url.pathname,
      ca: root.cert,
      servername: "localhost",
    });
    sent.on("response", (answer) => resolve(answer.statusCode)).on("error", reject);
    sent.end();
  });
  expect([local.url.startsWith("https://"), status]).toEqual([true, 200]);
  await local.close();
});
