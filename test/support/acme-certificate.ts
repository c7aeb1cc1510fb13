import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The certificate of `tls-alpn-01`, or one that lacks something, made by OpenSSL. */
export const acmeCertificate = async (options: {
  readonly name: string;
  readonly keyAuthorization: string;
  readonly more?: readonly string[];
  readonly extension?: "critical" | "plain" | "none";
}): Promise<{ readonly key: string; readonly cert: string }> => {
  const { name, keyAuthorization, more = [], extension = "critical" } = options;
  const digest = createHash("sha256").update(keyAuthorization).digest("hex");
  const proof = `${extension === "critical" ? "critical," : ""}DER:0420${digest}`;
  const config = [
    "[req]",
    "distinguished_name=dn",
    "prompt=no",
    "x509_extensions=ext",
    "[dn]",
    `CN=${name}`,
    "[ext]",
    `subjectAltName=${[name, ...more].map((one) => `DNS:${one}`).join(",")}`,
    ...(extension === "none" ? [] : [`1.3.6.1.5.5.7.1.31=${proof}`]),
  ];
  const folder = await mkdtemp(join(tmpdir(), "zeroth-acme-"));
  try {
    const at = (file: string): string => join(folder, file);
    await writeFile(at("c.cnf"), `${config.join("\n")}\n`);
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const out = ["-config", at("c.cnf"), "-keyout", at("key"), "-out", at("cert"), "-days", "1"];
    await promisify(execFile)("openssl", ["req", "-x509", ...curve, ...out]);
    return { key: await readFile(at("key"), "utf8"), cert: await readFile(at("cert"), "utf8") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
