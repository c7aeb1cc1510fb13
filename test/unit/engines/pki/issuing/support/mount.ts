import { execFileSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import { alternativeNamesExtension, makeRequest, signerFor } from "../../../../../../src/x509/issuing/index.ts";
import type { AlternativeName, ExtensionPlan, NamePlan } from "../../../../../../src/x509/issuing/plans.ts";
import type { Answered, TestServer } from "../../../../../support/make-server.ts";

/** A mount `pki/` with one root, and what the tests of roles and certificates need. */

export type Fields = Readonly<Record<string, unknown>>;

export interface Pki {
  readonly server: TestServer;
  post(path: string, body?: Fields, token?: string): Promise<Answered>;
  /** Writes a role that makes keys of an elliptic curve unless told otherwise. Fails where it is not taken. */
  role(name: string, fields?: Fields): Promise<Answered>;
  issue(role: string, body?: Fields, token?: string): Promise<Answered>;
  sign(role: string, csr: string, body?: Fields): Promise<Answered>;
}

export const good = (answer: Answered): Answered => {
  if (answer.status < 300) return answer;
  throw new Error(`${answer.status} ${answer.text}`);
};

/** The one error of a refusal, with its status in front. */
export const refusal = ({ status, body }: Answered): string => {
  const { errors } = body;
  return `${status} ${Array.isArray(errors) ? errors.join("; ") : JSON.stringify(body)}`;
};

export const mountPki = async (server: TestServer, root: Fields = {}): Promise<Pki> => {
  const post: Pki["post"] = (path, body = {}, token) =>
    server.call("POST", path, { body, ...(token === undefined ? {} : { token }) });
  good(await post("sys/mounts/pki", { type: "pki" }));
  good(await post("pki/root/generate/internal", { common_name: "Root", key_type: "ec", ttl: "8760h", ...root }));
  return {
    server,
    post,
    role: async (name, fields) => good(await post(`pki/roles/${name}`, { key_type: "ec", ...fields })),
    issue: (role, body, token) => post(`pki/issue/${role}`, { ttl: "1h", ...body }, token),
    sign: (role, csr, body) => post(`pki/sign/${role}`, { csr, ttl: "1h", ...body }),
  };
};

export const certificateOf = ({ data }: Answered): X509Certificate => new X509Certificate(String(data["certificate"]));

/** What OpenSSL reads out of a certificate, in its own words. */
export const readByOpenSsl = (pem: string, ...options: readonly string[]): string =>
  execFileSync("openssl", ["x509", "-noout", ...options], { input: pem, encoding: "utf8" });

const COMMON_NAME = "2.5.4.3";

export interface RequestContents {
  readonly commonName?: string;
  readonly subject?: NamePlan;
  readonly names?: readonly AlternativeName[];
  readonly extensions?: readonly ExtensionPlan[];
  readonly key?: KeyObject;
}

const usualKey = generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;

/** DER of a name, with whatever text a stranger writes: what the program writes itself has no control characters. */
const nameOf = (commonName: string): Uint8Array => {
  const part = new AttributeTypeAndValue({ type: COMMON_NAME, value: new AttributeValue({ utf8String: commonName }) });
  return new Uint8Array(AsnConvert.serialize(new Name([new RelativeDistinguishedName([part])])));
};

/** A CSR, PEM. */
export const csrOf = ({ commonName = "", subject, names = [], extensions = [], key = usualKey }: RequestContents) => {
  const own = alternativeNamesExtension(names);
  const plan = {
    subject: subject ?? (commonName === "" ? [] : nameOf(commonName)),
    extensions: [...(own ? [own] : []), ...extensions],
  };
  const lines =
    makeRequest(plan, signerFor(key))
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
};
