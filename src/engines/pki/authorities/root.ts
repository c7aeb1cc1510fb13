import { z } from "zod";
import type { BackendContext, DataReply } from "../../../framework/index.ts";
import type { Certificate } from "../../../x509/index.ts";
import { encodedName, keyIdOf } from "../../../x509/issuing/index.ts";
import type { NamePlan } from "../../../x509/issuing/plans.ts";
import { subjectFor } from "../issuing/certificate-plan.ts";
import { type IssuersIndex, NO_URLS, type Urls } from "../model.ts";
import { certificateWrite, rowOf } from "../revoking/rows.ts";
import { algorithmName } from "./algorithm-names.ts";
import { authorityExtensions, pathLengthOf, signed, writable } from "./certificates.ts";
import { createDraft, withDefault } from "./draft.ts";
import { authorityAsked, datesAsked, formats, keyAsked, namesAsked, signatureAsked } from "./fields.ts";
import { addedKey, generationOf, howOf, materialOf, signerOf } from "./generation.ts";
import { changeIndex, findIndex, wrapped } from "./index-entry.ts";
import { certificatePem, type Format, formatOf, keyText } from "./key-formats.ts";
import { type Material, publicHalf } from "./key-material.ts";
import { issuerNameFor, keyNameFor } from "./names.ts";
import { alternativeNamesFor } from "./requested-names.ts";
import { filledUrls, hasUrls } from "./urls.ts";
import { refuseBackwards, type Validity, validityFor } from "./validity.ts";
import { NO_ADDRESSES, NO_FURTHER_AUTHORITIES, NO_SUBJECT } from "./warnings.ts";

/**
 * Roots: an authority over a key that is made for it, or over one that the mount has. Its certificate is among the
 * mount's, so that it can be revoked as others are.
 */

export const RootInput = z.object({
  ...namesAsked,
  ...datesAsked,
  ...formats,
  ...keyAsked,
  ...signatureAsked,
  ...authorityAsked,
});
export type RootInput = z.output<typeof RootInput>;

export const RootShown = z.object({
  certificate: z.string(),
  issuing_ca: z.string(),
  serial_number: z.string(),
  expiration: z.number().describe("epoch seconds"),
  issuer_id: z.string(),
  issuer_name: z.string(),
  key_id: z.string(),
  key_name: z.string(),
  private_key: z.string().optional().describe("only of `exported`, and only here"),
  private_key_type: z.string().optional(),
});

const NO_ISSUER_ID =
  "When generating root CA, found global AIA configuration with issuer_id template unsuitable for root generation. This AIA configuration has been ignored. To include AIA on this root CA, set the global AIA configuration to not include issuer_id and instead to refer to a static issuer name.";

/** The mount's addresses; none, with a warning, where their templates need the id that a root does not have yet. */
const rootUrls = ({ urls, cluster }: IssuersIndex): { readonly urls: Urls; readonly warnings: readonly string[] } => {
  const filled = filledUrls(urls, cluster, "");
  if (!("problem" in filled)) return { urls: filled, warnings: [] };
  if ("problem" in filledUrls(urls, cluster, "empty-issuer-id")) {
    throw wrapped(
      `unable to parse AIA URL information: ${filled.problem}\nUsing templated AIA URL's {{issuer_id}} field when generating root certificates is not supported.`,
    );
  }
  return { urls: NO_URLS, warnings: [NO_ISSUER_ID] };
};

const subjectIn = (input: RootInput): NamePlan => {
  const { common_name = "", serial_number = "" } = input;
  return subjectFor(input, { commonName: common_name, serialNumber: serial_number });
};

const selfSigned = (
  input: RootInput,
  material: Material,
  validity: Validity,
  urls: Urls,
  cx: BackendContext,
): Certificate => {
  const { common_name = "" } = input;
  const signer = signerOf(material, input);
  const publicKey = publicHalf(material.key);
  const subject = subjectIn(input);
  const alternative = alternativeNamesFor(input, common_name);
  return writable(() => {
    const name = encodedName(subject);
    const extensions = authorityExtensions({
      asked: input,
      pathLength: pathLengthOf(input.max_path_length),
      publicKey,
      issuerKeyId: keyIdOf(publicKey),
      subject,
      alternative,
      urls,
    });
    return signed({ subject: name, issuer: name, validity, publicKey, extensions }, signer, cx);
  });
};

const shownCertificate = (certificate: Certificate, format: Format): string =>
  format === "der" ? certificate.der.toString("base64") : certificatePem(certificate.der);

const warningsOf = (input: RootInput, certificate: Certificate, urls: Urls, said: readonly string[]) => [
  ...said,
  ...(subjectIn(input).length === 0 ? [NO_SUBJECT] : []),
  ...(hasUrls(urls) ? [] : [NO_ADDRESSES]),
  ...(certificate.authority?.pathLength === 0 ? [NO_FURTHER_AUTHORITIES("generated")] : []),
];

interface RootOptions {
  /** The issuer's name where none is given and no issuer has it. */
  readonly usualName?: string;
}

/** Makes a root. Throws with the reference's texts. */
export const generateRoot = async (
  exported: string,
  input: RootInput,
  cx: BackendContext,
  { usualName }: RootOptions = {},
): Promise<DataReply<z.output<typeof RootShown>>> => {
  const how = howOf(exported, input);
  const format = formatOf(input.format);
  const nameIn = (index: IssuersIndex): string => {
    const name = issuerNameFor(index, input.issuer_name);
    const taken = index.issuers.some((issuer) => issuer.name === usualName);
    return name === "" && usualName !== undefined && !taken ? usualName : name;
  };
  const before = await findIndex(cx);
  const generation = generationOf(how, input, before);
  nameIn(before);
  keyNameFor(before, input.key_name);
  const validity = validityFor(input, cx);
  refuseBackwards(validity);
  const material = await materialOf(generation, cx);
  return changeIndex(cx, (index) => {
    const name = nameIn(index);
    const { urls, warnings } = rootUrls(index);
    const certificate = selfSigned(input, material, validity, urls, cx);
    const draft = createDraft(index, cx);
    const key = addedKey(draft, generation, material, keyNameFor(index, input.key_name));
    const issuer = draft.issuer(certificate, name, algorithmName(signerOf(material, input)));
    const next = index.followsLatest ? withDefault(draft.index(), issuer.id) : draft.index();
    const row = rowOf(certificate, issuer.id);
    const shown = shownCertificate(certificate, format);
    const text = how === "exported" ? keyText(material, { format, pkcs8: input.private_key_format === "pkcs8" }) : "";
    const bundled = how === "exported" && format === "pem_bundle" ? `${text}\n${shown}` : shown;
    const data = {
      certificate: bundled,
      issuing_ca: shown,
      serial_number: row.serial,
      expiration: row.notAfter,
      issuer_id: issuer.id,
      issuer_name: name,
      key_id: key.id,
      key_name: next.keys.find(({ id }) => id === key.id)?.name ?? "",
      ...(how === "exported" && { private_key: text, private_key_type: material.type }),
    };
    const said = warningsOf(input, certificate, urls, [...validity.warnings, ...warnings]);
    return { next, also: [...draft.writes(), certificateWrite(cx.storage, row)], result: { data, warnings: said } };
  });
};
