import { z } from "zod";
import { field, invalidRequest } from "../../../framework/index.ts";
import { restate } from "../../../std/restate.ts";
import { shown } from "../../../std/shown.ts";
import { change, leave } from "../../../storage/change.ts";
import type { Address, View } from "../../../storage/store.ts";
import { readStored } from "../stored.ts";
import type { Pinned } from "./certificates.ts";

/**
 * `config/certificate/<name>`: certificates that an operator pins besides AWS's own, for regions that are newer than
 * this program or for tests. All of a mount are in one entry, so that a login reads them together with the rest.
 */

const MOST = 100;

export const certificateShape = {
  aws_public_cert: field.text("The certificate as PEM, or base64 of it."),
  type: field.text("What it verifies: `pkcs7` (also `rsa2048` of the metadata service) or `identity`."),
};
const certificateInput = z.object(certificateShape);

export const Certificate = z.object({ aws_public_cert: z.string(), type: z.enum(["pkcs7", "identity"]) });
export type Certificate = z.output<typeof Certificate>;
const stored = z.record(z.string(), Certificate);

export const certificatesAddress = (storage: View): Address => storage.at("config/certificates");

const all = async (storage: View): Promise<ReadonlyMap<string, Certificate>> =>
  new Map(Object.entries((await readStored(storage, certificatesAddress(storage), stored)) ?? {}));

export const listCertificates = async (storage: View): Promise<readonly string[]> =>
  [...(await all(storage)).keys()].sort();

export const findCertificate = async (storage: View, name: string): Promise<Certificate | undefined> =>
  (await all(storage)).get(name);

const typeOf = (given: string | undefined, previous: Certificate | undefined): Certificate["type"] => {
  const type = given === undefined ? (previous?.type ?? "pkcs7") : given.toLowerCase();
  if (type === "pkcs7" || type === "identity") return type;
  throw invalidRequest(`invalid certificate type ${shown(type)}`);
};

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----$/;

const pemOf = (given: string | undefined): string => {
  if (given === undefined) throw invalidRequest("missing aws_public_cert");
  const isBase64 = /^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(given);
  const text = isBase64 ? Buffer.from(given, "base64").toString("utf8") : given;
  if (text.trim() === "") throw invalidRequest("invalid aws_public_cert");
  if ((text.match(/-----BEGIN /g) ?? []).length > 1)
    throw invalidRequest("invalid certificate; should be one PEM block only");
  if (PEM.test(text.trim())) return text;
  throw invalidRequest("invalid certificate; failed to decode and parse certificate");
};

/** Adds or replaces one. Throws `invalid_request`. */
export const writeCertificate = async (
  storage: View,
  name: string,
  input: z.output<typeof certificateInput>,
): Promise<void> => {
  const { CertificateError, pin } = await import("./certificates.ts");
  const bad = (cause: Error) =>
    invalidRequest(`invalid certificate; failed to decode and parse certificate: ${cause.message}`);
  await change<void>(storage, certificatesAddress(storage), (entry) => {
    const before = new Map(Object.entries(entry ? stored.parse(entry.body) : {}));
    const type = typeOf(input.type, before.get(name));
    const pem = pemOf(input.aws_public_cert);
    restate(CertificateError, bad, () => pin(pem, type));
    before.set(name, { aws_public_cert: pem, type });
    if (before.size > MOST) throw invalidRequest(`a mount takes at most ${MOST} certificates`);
    return { op: "put", body: Object.fromEntries(before), result: undefined };
  });
};

export const removeCertificate = (storage: View, name: string): Promise<void> =>
  change<void>(storage, certificatesAddress(storage), (entry) => {
    const before = new Map(Object.entries(entry ? stored.parse(entry.body) : {}));
    if (!before.delete(name)) return leave(undefined);
    return { op: "put", body: Object.fromEntries(before), result: undefined };
  });

/** What logins are held against that bring such a proof: AWS's certificates and the mount's own. */
export const pinnedCertificates = async (storage: View, use: Certificate["type"]): Promise<readonly Pinned[]> => {
  const { awsCertificates, pin } = await import("./certificates.ts");
  const own = [...(await all(storage)).values()].filter(({ type }) => type === use);
  return [...awsCertificates(use), ...own.map(({ aws_public_cert: pem }) => pin(pem, use))];
};
