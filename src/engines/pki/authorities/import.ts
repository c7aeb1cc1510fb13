import { z } from "zod";
import { type BackendContext, type DataReply, field, type Given, invalidRequest } from "../../../framework/index.ts";
import { type Certificate, type PemBlock, readCertificate, Unreadable } from "../../../x509/index.ts";
import { kindOf } from "../../../x509/issuing/index.ts";
import { createDraft, type Draft, withDefault } from "./draft.ts";
import { changeIndex } from "./index-entry.ts";
import { readKeyBlock } from "./key-formats.ts";
import type { Material } from "./key-material.ts";
import { pemBlocksOf } from "./pem-bundle.ts";
import { hasUrls } from "./urls.ts";
import { KEYLESS_DEFAULT, MANY_CANDIDATES, MANY_WITH_KEYS, NO_ADDRESSES } from "./warnings.ts";

/**
 * Issuers and keys that were made elsewhere. A bundle is taken whole or not at all; what the mount has already is found
 * and not added again, so the same bundle may be sent twice.
 */

export const BundleInput = z.object({
  pem_bundle: field.text("Certificates, and keys where the path allows them, as PEM."),
});

export const SignedInput = z.object({
  certificate: field.text("The certificate of a key of this mount, and those of its issuers, as PEM."),
});

type ImportInput = Partial<z.output<typeof BundleInput> & z.output<typeof SignedInput>>;

const ids = z.array(z.string()).nullable();

export const Imported = z.object({
  imported_issuers: ids,
  imported_keys: ids,
  existing_issuers: ids,
  existing_keys: ids,
  mapping: z.record(z.string(), z.string()).describe("ids of keys by ids of issuers; empty: not here"),
});

const CERTIFICATES = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);
/** Lists, and curves of keys whose blocks say them again. */
const PASSED_OVER = new Set(["CRL", "X509 CRL", "EC PARAMS", "EC PARAMETERS"]);
/** Characters: a certificate in PEM has more. */
const LEAST = 75;

const textOf = ({ pem_bundle = "", certificate = "" }: ImportInput): string => {
  const text = pem_bundle === "" ? certificate : pem_bundle;
  if (text === "") throw invalidRequest("'pem_bundle' and 'certificate' parameters were empty");
  return text;
};

const materialIn = ({ der, headers }: PemBlock, at: number): Material => {
  const key = headers ? { problem: "a key with a passphrase cannot be read" } : readKeyBlock(der);
  if ("problem" in key) throw invalidRequest(`Error parsing key ${at}: ${key.problem}`);
  return key;
};

const readAuthority = (der: Uint8Array): Certificate | { readonly problem: string } => {
  try {
    const certificate = readCertificate(der);
    if (certificate.authority) return certificate;
    return { problem: "Refusing to import non-CA certificate" };
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    return { problem: cause.reason };
  }
};

const certificateIn = ({ der }: PemBlock, at: number): Certificate => {
  const read = readAuthority(der);
  if ("problem" in read) throw invalidRequest(`Error parsing issuer ${at}: ${read.problem}`);
  if (kindOf(read.x509.publicKey) !== undefined) return read;
  throw invalidRequest(`Error parsing issuer ${at}: the certificate's key is of a kind that is not supported`);
};

interface Bundle {
  readonly keys: readonly Material[];
  readonly certificates: readonly Certificate[];
}

const bundleOf = (text: string, keysAllowed: boolean): Bundle => {
  const blocks = pemBlocksOf(text, LEAST).filter(({ label }) => !PASSED_OVER.has(label));
  const certificates = blocks.filter(({ label }) => CERTIFICATES.has(label));
  const keys = blocks.filter(({ label }) => !CERTIFICATES.has(label));
  if (keys.length > 0 && !keysAllowed) {
    throw invalidRequest(
      "private keys found in the PEM bundle but not allowed by the path; use /issuers/import/bundle",
    );
  }
  return { keys: keys.map(materialIn), certificates: certificates.map(certificateIn) };
};

interface Added {
  readonly created: readonly string[];
  readonly existing: readonly string[];
}

const split = (all: readonly { readonly id: string; readonly existed: boolean }[]): Added => {
  const which = (existed: boolean) => all.filter((one) => one.existed === existed).map(({ id }) => id);
  return { created: which(false), existing: which(true) };
};

const orNull = (all: readonly string[]): readonly string[] | null => (all.length === 0 ? null : all);

/** Makes a new issuer with a key the default where it follows the latest; warns where several are new. */
const followed = (draft: Draft, withKeys: readonly string[]) => {
  const index = draft.index();
  const [only, ...others] = withKeys;
  if (!index.followsLatest || only === undefined) return { next: index, warnings: [] };
  if (others.length > 0) return { next: index, warnings: [MANY_WITH_KEYS] };
  return { next: withDefault(index, only), warnings: [] };
};

/** Imports what a text holds. Throws with the reference's texts. */
export const importBundle = (
  input: ImportInput,
  keysAllowed: boolean,
  cx: BackendContext,
): Promise<DataReply<Given<z.output<typeof Imported>>>> => {
  const { keys, certificates } = bundleOf(textOf(input), keysAllowed);
  return changeIndex(cx, (before) => {
    const draft = createDraft(before, cx);
    const addedKeys = split(keys.map((key) => draft.key(key, "")));
    const issuers = certificates.map((certificate) => draft.issuer(certificate, ""));
    const added = split(issuers);
    const mapping = Object.fromEntries(issuers.map(({ id, keyId }) => [id, keyId]));
    const withKeys = added.created.filter((id) => mapping[id] !== "");
    const { next, warnings } = followed(draft, withKeys);
    const data = {
      imported_issuers: orNull(added.created),
      imported_keys: orNull(addedKeys.created),
      existing_issuers: orNull(added.existing),
      existing_keys: orNull(addedKeys.existing),
      mapping,
    };
    const said = [
      ...warnings,
      ...(mapping[next.default] === "" ? [KEYLESS_DEFAULT("The default issuer")] : []),
      ...(withKeys.length > 1 && added.created.includes(next.default) ? [MANY_CANDIDATES] : []),
      ...(hasUrls(next.urls) ? [] : [NO_ADDRESSES]),
    ];
    const isNew = draft.writes().length > 0;
    return { next: isNew ? next : undefined, also: draft.writes(), result: { data, warnings: said } };
  });
};
