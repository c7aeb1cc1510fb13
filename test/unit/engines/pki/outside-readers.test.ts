import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { beforeAll, expect, it } from "@jest/globals";
import {
  alternativeNamesExtension,
  extendedKeyUsage,
  keyUsage,
  makeRequest,
  present,
  readRequest,
  signerFor,
  subjectName,
} from "../../../../src/x509/issuing/index.ts";
import { make } from "../../../golden/make.ts";
import { readByOthers, type Signed, withOutsideReaders } from "../../../support/outside-readers.ts";
import { bytesOf, type Mount, makeMount } from "./revoking/fixture.ts";

/** OpenSSL, Go and zlint accept every kind of certificate, list and answer that the engine gives. */

type Fields = Readonly<Record<string, string | number | boolean | readonly string[]>>;

const KEYS: readonly Fields[] = [
  { key_type: "rsa", key_bits: 2048 },
  { key_type: "rsa", key_bits: 2048, use_pss: true, signature_bits: 384 },
  { key_type: "rsa", key_bits: 2048, signature_bits: 512 },
  { key_type: "ec", key_bits: 224 },
  { key_type: "ec", key_bits: 256 },
  { key_type: "ec", key_bits: 384 },
  { key_type: "ec", key_bits: 521 },
  { key_type: "ed25519" },
];

const SUBJECT: Fields = {
  country: "NO",
  province: "Viken",
  locality: "Oslo",
  street_address: "Gata 1",
  postal_code: "0001",
  organization: "Ælve & co",
  ou: "Unit",
};

const ROLE: Fields = {
  allow_any_name: true,
  enforce_hostnames: false,
  allowed_uri_sans: "*",
  allowed_other_sans: "*",
  allow_ip_sans: true,
  max_ttl: "72h",
};

const ROLES: Readonly<Record<string, Fields>> = {
  plain: {},
  all: {
    ...SUBJECT,
    key_usage: ["DigitalSignature", "ContentCommitment", "KeyAgreement"],
    ext_key_usage: ["ServerAuth", "ClientAuth", "EmailProtection"],
    ext_key_usage_oids: "1.3.6.1.4.1.99999.1",
    policy_identifiers: ["1.3.6.1.4.1.99999.2"],
    basic_constraints_valid_for_non_ca: true,
  },
  client: { server_flag: false, key_usage: ["DigitalSignature"] },
};

const LEAF: Fields = {
  common_name: "app.example.com",
  alt_names: "www.example.com,mail@example.com",
  ip_sans: "192.0.2.1,2001:db8::1",
  uri_sans: "spiffe://cluster.example.com/app",
  other_sans: "1.3.6.1.4.1.311.20.2.3;UTF8:app@example.com",
  ttl: "1h",
};

const der = (pem: unknown): Buffer => new X509Certificate(String(pem)).raw;

/** One mount for each kind of key, with a root. */
interface World {
  readonly mount: Mount;
  readonly root: string;
}

const asked = async (mount: Mount, path: string, data: Fields = {}) => {
  const answer = await mount.ask("update", path, { ...data });
  return answer.data;
};

const makeWorld = async (key: Fields): Promise<World> => {
  const mount = makeMount();
  await asked(mount, "config/urls", {
    issuing_certificates: "http://ca.example.com/ca",
    crl_distribution_points: "http://ca.example.com/crl",
    delta_crl_distribution_points: "http://ca.example.com/delta",
    ocsp_servers: "http://ca.example.com/ocsp",
  });
  await asked(mount, "config/crl", { auto_rebuild: true, enable_delta: true });
  const { certificate } = await asked(mount, "root/generate/internal", {
    common_name: "Root",
    ttl: "700h",
    ...SUBJECT,
    ...key,
  });
  await mount.ask("read", "crl/rotate");
  for (const [name, fields] of Object.entries(ROLES))
    await asked(mount, `roles/${name}`, { ...ROLE, key_type: "ec", ...fields });
  return { mount, root: String(certificate) };
};

const HOLDER = signerFor(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);

const request = (): string => {
  const extensions = present(
    keyUsage(["DigitalSignature"]),
    extendedKeyUsage(["ServerAuth"]),
    alternativeNamesExtension([{ kind: "dns", value: "verbatim.example.com" }]),
  );
  const bytes = makeRequest({ subject: subjectName({ commonName: "verbatim.example.com" }), extensions }, HOLDER);
  expect(readRequest(bytes).alternative).toHaveLength(1);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
};

const underIt = (root: string, certificates: readonly unknown[]): readonly Signed[] =>
  certificates.map((one) => ({ kind: "certificate", der: der(one), issuer: der(root) }));

/** A role that says nothing of usages gives the reference's: KeyEncipherment too, for keys that encipher nothing. */
const EXCUSED = "e_ecdsa_allowed_ku";

const problemsOf = async (things: readonly Signed[]): Promise<readonly string[]> =>
  (await readByOthers(things)).flatMap(({ problems }) => problems).filter((problem) => !problem.includes(EXCUSED));

withOutsideReaders("the outside readers of the engine", () => {
  let worlds: readonly World[];
  beforeAll(async () => {
    const made: World[] = [];
    for (const key of KEYS) made.push(await makeWorld(key));
    worlds = made;
  });

  it("accept roots, intermediates and what they sign across mounts, for every kind of key", async () => {
    const things: Signed[] = [];
    for (const [index, { mount, root }] of worlds.entries()) {
      const below = worlds[(index + 1) % worlds.length]?.mount ?? mount;
      const { csr } = await asked(below, "intermediate/generate/internal", {
        common_name: "Between",
        key_type: "ec",
        ...SUBJECT,
      });
      const { certificate } = await asked(mount, "root/sign-intermediate", {
        csr: String(csr),
        common_name: "Between",
        ttl: "600h",
        max_path_length: 0,
        permitted_dns_domains: "example.com",
      });
      const pem = String(csr).replace(/-----[^-]+-----|\s/g, "");
      things.push(...underIt(root, [root, certificate]), { kind: "request", der: Buffer.from(pem, "base64") });
    }

    expect(await problemsOf(things)).toEqual([]);
  });

  it("accept leaves of every role: issued, signed, and signed verbatim", async () => {
    const things: Signed[] = [];
    for (const { mount, root } of worlds) {
      const made: unknown[] = [];
      for (const role of Object.keys(ROLES)) {
        made.push((await asked(mount, `issue/${role}`, LEAF)).certificate);
        made.push((await asked(mount, `sign/${role}`, { csr: request(), ttl: "1h" })).certificate);
      }
      made.push((await asked(mount, "sign-verbatim", { csr: request(), ttl: "1h" })).certificate);
      things.push(...underIt(root, made));
    }

    expect(await problemsOf(things)).toEqual([]);
  });

  it("accept complete lists and lists of changes, and answers by OCSP", async () => {
    const things: Signed[] = [];
    for (const { mount, root } of worlds) {
      const issuer = der(root);
      const [good, bad] = [await asked(mount, "issue/plain", LEAF), await asked(mount, "issue/plain", LEAF)];
      await asked(mount, "revoke", { serial_number: String(bad.serial_number) });
      await mount.ask("read", "crl/rotate-delta");
      const delta = bytesOf(await mount.ask("read", "crl/delta"));
      await mount.ask("read", "crl/rotate");
      const complete = bytesOf(await mount.ask("read", "crl"));
      things.push(...[delta, complete].map((list): Signed => ({ kind: "list", der: list, issuer })));
      for (const { serial_number } of [good, bad]) {
        const question = String(make("ocsp", [root, String(serial_number), "sha256"], 0));
        const answer = bytesOf(await mount.ask("update", "ocsp", { request: question }));
        things.push({ kind: "ocsp", der: answer, issuer });
      }
    }

    const readings = await readByOthers(things);

    // Go's client of OCSP does not know Ed25519, and OpenSSL's looks at the clock.
    const problems = readings
      .flatMap((reading) => reading.problems)
      .filter((problem) => !/algorithm unimplemented|unsupported|not yet valid|Status times invalid/i.test(problem));
    expect(problems).toEqual([]);
    const statuses = readings.map(({ fields }) => fields["status"]).filter((status) => status !== undefined);
    expect(statuses.filter((status) => status === 1)).toHaveLength(statuses.length / 2);
    const entries = readings.flatMap(({ fields }) =>
      Array.isArray(fields["entries"]) ? [fields["entries"].length] : [],
    );
    expect(entries).toEqual(worlds.flatMap(() => [1, 1]));
  });
});
