import type { z } from "zod";
import {
  type BackendContext,
  type DataReply,
  type Given,
  invalidRequest,
  VaultError,
} from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { alternativeNamesExtension, kindOf, present } from "../../../x509/issuing/index.ts";
import type { AlternativeName, CertificateRequest } from "../../../x509/issuing/plans.ts";
import { signingIssuer } from "../authorities/authority.ts";
import { writable } from "../authorities/certificates.ts";
import { formatOf } from "../authorities/key-formats.ts";
import { keySpec, makeKey, publicHalf, TYPE_LEFT_OPEN } from "../authorities/key-material.ts";
import type { SigningIssuer } from "../model.ts";
import { type Issued, issuedAnswer, type Shape, type Signed, signedAnswer } from "./answers.ts";
import { asksToBeAuthority, extensionsFor, subjectFor, verbatimExtensions } from "./certificate-plan.ts";
import { certify, metadataFor } from "./certify.ts";
import { termsOf } from "./identity.ts";
import type { IssueInput, SignInput, VerbatimInput } from "./inputs.ts";
import { checkedKeyRule, checkRequestKey, type KeyRule } from "./key-rules.ts";
import { lifetimeOf } from "./lifetimes.ts";
import { requestedOthers } from "./other-names.ts";
import { type CertificateNames, namesFor } from "./requested-names.ts";
import { refuseStrangeNames, requestIn } from "./requests.ts";
import type { Role } from "./role.ts";
import { findRole } from "./roles.ts";
import { verbatimRole } from "./verbatim.ts";

/**
 * Certificates for callers: of a key that is made (`issue`), of a request under a role (`sign`), and of a request as it
 * is (`sign-verbatim`). Each checks in the reference's order, with its texts.
 */

/** What the path of a request says. */
export interface Place {
  /** `""`: none. */
  readonly role: string;
  /** Name or id; absent: the role's. */
  readonly issuer?: string | undefined;
}

const roleNamed = async (name: string, cx: BackendContext): Promise<Role> => {
  const role = await findRole(name, cx);
  if (!role) throw invalidRequest(`unknown role: ${cut(name)}`);
  return role;
};

const issuerFor = ({ issuer }: Place, role: Role, cx: BackendContext): Promise<SigningIssuer> =>
  signingIssuer(issuer ?? role.issuer_ref, "issuing-certificates", cx);

const shapeOf = (input: SignInput | IssueInput): Shape => ({
  format: formatOf(input.format),
  pkcs8: input.private_key_format === "pkcs8",
  withoutRoots: input.remove_roots_from_chain ?? false,
});

const NO_KEY_TYPE =
  'role key type "any" not allowed for issuing certificates without providing key_type and/or key_bits request parameters';
const KEY_IGNORED = "parameters key_type and key_bits ignored as role had specific values";

const checkedChoice = (type: string, bits: number, hash: number): KeyRule => {
  try {
    return checkedKeyRule(type, bits, hash);
  } catch (cause) {
    if (!(cause instanceof VaultError)) throw cause;
    throw invalidRequest(`failed to validate role: ${cause.message}`, { multi: true, cause });
  }
};

/** The key that a role makes; only a role for any key lets the request choose. */
const keyRuleFor = ({ key_type, key_bits }: IssueInput, role: Role) => {
  if (role.key_type !== "any") return { rule: role, ignored: key_type !== undefined || key_bits !== undefined };
  if (key_type === undefined) throw invalidRequest(NO_KEY_TYPE);
  if (key_type === "any") throw invalidRequest(TYPE_LEFT_OPEN);
  return { rule: checkedChoice(key_type, key_bits ?? role.key_bits, role.signature_bits), ignored: false };
};

/** Makes a key and its certificate. */
export const issue = async (
  place: Place,
  input: IssueInput,
  cx: BackendContext,
): Promise<DataReply<Given<z.output<typeof Issued>>>> => {
  const role = await roleNamed(place.role, cx);
  const { rule, ignored } = keyRuleFor(input, role);
  const issuer = await issuerFor(place, role, cx);
  const shape = shapeOf(input);
  const spec = keySpec(rule.key_type, rule.key_bits);
  const names = namesFor(input, role, termsOf(role, cx), undefined);
  const lifetime = lifetimeOf(input, role, issuer, cx);
  const metadata = metadataFor(input.cert_metadata, role);
  const key = await makeKey(spec);
  const publicKey = publicHalf(key.key);
  const subject = subjectFor(role, names);
  const extensions = writable(() => extensionsFor({ role, issuer, publicKey, names, subject }));
  const made = await certify(
    {
      role,
      roleName: place.role,
      issuer,
      lifetime,
      publicKey,
      // Of a curve the reference takes the hash of its length here, and what is asked for where a request is signed.
      hashBits: kindOf(issuer.signer.key) === "rsa" ? rule.signature_bits : 0,
      subject,
      extensions,
      metadata,
      account: "",
    },
    cx,
  );
  return {
    data: issuedAnswer({ ...made, chain: issuer.chain }, key, shape),
    warnings: [...lifetime.warnings, ...(ignored ? [KEY_IGNORED] : [])],
    ...(made.lease ? { lease: made.lease } : {}),
  };
};

const CN_IGNORED = 'the common_name field was provided but the role is set with "use_csr_common_name" set to true';
const NAMES_IGNORED = 'the alt_names field was provided but the role is set with "use_csr_sans" set to true';
const NO_AUTHORITY = "specified CSR contained a Basic Constraints extension that was ignored during issuance";
const NAMES_DROPPED =
  "specified CSR contained subject alternative names of kinds that no role allows; they were ignored during issuance";

const warningsFor = (input: SignInput, role: Role, csr: CertificateRequest, lifetime: readonly string[]) => [
  ...(role.use_csr_common_name && (input.common_name ?? "") !== "" ? [CN_IGNORED] : []),
  ...(role.use_csr_sans && (input.alt_names ?? "") !== "" ? [NAMES_IGNORED] : []),
  ...lifetime,
  ...(asksToBeAuthority(csr) && !role.basic_constraints_valid_for_non_ca ? [NO_AUTHORITY] : []),
];

interface Checked {
  readonly csr: CertificateRequest;
  /** Bits of the hash that the role means for such a key. */
  readonly hashBits: number;
}

/** The CSR of a request, with a key that the role takes. */
const requestUnder = (role: Role, { csr: text = "" }: SignInput): Checked => {
  const csr = requestIn(text, ({ publicKey }) => checkRequestKey(publicKey, role));
  if (role.use_csr_sans) refuseStrangeNames(csr);
  return { csr, hashBits: checkRequestKey(csr.publicKey, role) };
};

/** Signs a request as a role allows. */
export const sign = async (
  place: Place,
  input: SignInput,
  cx: BackendContext,
): Promise<DataReply<Given<z.output<typeof Signed>>>> => {
  const role = await roleNamed(place.role, cx);
  const issuer = await issuerFor(place, role, cx);
  const shape = shapeOf(input);
  const { csr, hashBits } = requestUnder(role, input);
  const names = namesFor(input, role, termsOf(role, cx), csr);
  const lifetime = lifetimeOf(input, role, issuer, cx);
  const metadata = metadataFor(input.cert_metadata, role);
  const subject = subjectFor(role, names);
  const { publicKey } = csr;
  const extensions = writable(() => extensionsFor({ role, issuer, publicKey, names, subject }));
  const made = await certify(
    { role, roleName: place.role, issuer, lifetime, publicKey, hashBits, subject, extensions, metadata, account: "" },
    cx,
  );
  const dropped = csr.unknownAlternative && role.use_csr_sans ? [NAMES_DROPPED] : [];
  return {
    data: signedAnswer({ ...made, chain: issuer.chain }, shape),
    warnings: [...warningsFor(input, role, csr, lifetime.warnings), ...dropped],
    ...(made.lease ? { lease: made.lease } : {}),
  };
};

const NO_NAMES: CertificateNames = { commonName: "", serialNumber: "", userIds: [], alternative: [] };

/** Other names that the request's fields add to those of the CSR. Without any, the CSR's extension stays as it is. */
const addedNames = (input: VerbatimInput, { alternative }: CertificateRequest): readonly AlternativeName[] => {
  const added = requestedOthers(input.other_sans ?? []);
  return added.length === 0 ? [] : [...added.map((one) => ({ kind: "other" as const, ...one })), ...alternative];
};

/** Signs a request as it is, but for what would make an authority of its sender. */
export const signVerbatim = async (
  place: Place,
  input: VerbatimInput,
  cx: BackendContext,
): Promise<DataReply<Given<z.output<typeof Signed>>>> => {
  const role = verbatimRole(input, place.role === "" ? undefined : await roleNamed(place.role, cx));
  const issuer = await issuerFor(place, role, cx);
  const shape = shapeOf(input);
  const { csr, hashBits } = requestUnder(role, input);
  const lifetime = lifetimeOf(input, role, issuer, cx);
  const metadata = metadataFor(input.cert_metadata, role);
  const { publicKey, subject } = csr;
  const extensions = writable(() => {
    const own = extensionsFor({ role, issuer, publicKey, names: NO_NAMES, subject });
    const names = alternativeNamesExtension(addedNames(input, csr), subject.length === 0);
    return verbatimExtensions(csr, own, present(names));
  });
  const order = {
    role,
    roleName: place.role,
    issuer,
    lifetime,
    publicKey,
    hashBits,
    extensions,
    metadata,
    account: "",
  };
  const made = await certify({ ...order, subject: csr.subjectDer }, cx);
  return {
    data: signedAnswer({ ...made, chain: issuer.chain }, shape),
    warnings: warningsFor(input, role, csr, lifetime.warnings),
    ...(made.lease ? { lease: made.lease } : {}),
  };
};
