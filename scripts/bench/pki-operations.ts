import { generateKeyPairSync } from "node:crypto";
import { makeRequest, signerFor } from "../../src/x509/issuing/index.ts";
import type { Operation } from "./operation.ts";
import { textAt, type World } from "./world.ts";

/** Certificates of a mount `pki/`: issued with their keys, and signed for a request. */

const COMMON_NAME = "2.5.4.3";

/** A request for `app.example.com`, PEM. */
export const benchRequest = (): string => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const subject = [[{ type: COMMON_NAME, value: "app.example.com" }]];
  const lines =
    makeRequest({ subject, extensions: [] }, signerFor(privateKey))
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
};

/** What is asked of each role. */
export const NAMED = { common_name: "app.example.com", ttl: "1h" };

export const pkiOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  await world.mount("secret", "pki", "pki/");
  await world.call("POST", "pki/root/generate/internal", {
    body: { common_name: "Root", key_type: "ec", ttl: "8760h" },
  });
  const domains = { allowed_domains: "example.com", allow_subdomains: true };
  const roles = { ec: { key_type: "ec" }, rsa: { key_type: "rsa" }, unstored: { key_type: "ec", no_store: true } };
  for (const [name, role] of Object.entries(roles)) {
    textAt(await world.call("POST", `pki/roles/${name}`, { body: { ...domains, ...role } }), "data", "key_type");
  }
  const csr = benchRequest();
  const operation = (name: string, dynamodb: number, path: string, body: object): Operation => ({
    name,
    budget: { dynamodb },
    run: () => world.call("POST", path, { token, body: { ...NAMED, ...body } }),
  });
  return [
    operation("pki issue, P-256", 2, "pki/issue/ec", {}),
    operation("pki issue, not kept", 1, "pki/issue/unstored", {}),
    operation("pki sign, P-256", 2, "pki/sign/ec", { csr, common_name: "" }),
  ];
};
