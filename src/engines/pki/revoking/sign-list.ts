import { AsnConvert } from "@peculiar/asn1-schema";
import { CertificateList } from "@peculiar/asn1-x509";
import { z } from "zod";
import {
  type AnyPath,
  type BackendContext,
  field,
  invalidRequest,
  op,
  path,
  VaultError,
} from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { DurationError, parseDuration } from "../../../std/time.ts";
import { isSignedBy } from "../../../x509/algorithms.ts";
import { pemBlocks, Unreadable } from "../../../x509/index.ts";
import { encodedExtensions } from "../../../x509/issuing/certificate.ts";
import { sequence, time, unsigned } from "../../../x509/issuing/der.ts";
import { authorityKeyId, changesSince, listNumber, present, signRevocationList } from "../../../x509/issuing/index.ts";
import type { ExtensionPlan, RevokedCertificate } from "../../../x509/issuing/plans.ts";
import { signingIssuer } from "../authorities/authority.ts";
import { authorityPrefetch, findIndex, ISSUER, issuerIdOf, refOf } from "../authorities/index-entry.ts";
import { revocationSigner } from "../authorities/signers.ts";
import type { SigningIssuer } from "../model.ts";
import { subjectDer } from "./lists/entries.ts";
import { listPem } from "./lists/paths.ts";
import { plainHex, serialOfNumber } from "./serials.ts";
import { type GivenEntry, givenEntries, givenExtensions } from "./sign-list-input.ts";

/**
 * Lists that an operator puts together: of several lists of one issuer, kept in several places, or of whatever is given.
 * They are signed and handed out; the mount's own lists stay as they are.
 */

const common = {
  crl_number: field.integer("Number of the list; 0 unless given."),
  delta_crl_base_number: field.integer("Makes it a list of changes since the list of this number; -1: it is none."),
  next_update: field.text("How long the list holds, `72h` unless given."),
  format: field.text("`pem`, or `der` for base64 of the bytes; `pem` unless given."),
};
const ResignInput = z.object({
  ...common,
  crls: field.textList("Lists to be combined, PEM, each signed by this issuer's key."),
});
const SignInput = z.object({
  ...common,
  revoked_certs: field.anyValue("Entries: maps of `serial_number`, `revocation_time` and `extensions`."),
  extensions: field.anyValue("Extensions of the list: maps of `id`, `critical` and `value`, in base64."),
});
type CommonInput = Pick<z.output<typeof ResignInput>, keyof typeof common>;

interface Asked {
  readonly number: number;
  readonly base: number | undefined;
  readonly lastsMs: number;
  readonly isDer: boolean;
}

const lastsIn = (text: string): number => {
  try {
    return parseDuration(text) * 1000;
  } catch (cause) {
    if (!(cause instanceof DurationError)) throw cause;
    throw invalidRequest(`invalid value for next_update: ${cause.message}`, { cause });
  }
};

const askedIn = (input: CommonInput): Asked => {
  const { crl_number: number = 0, delta_crl_base_number: base = -1, format = "pem", next_update = "72h" } = input;
  const form = format.toLowerCase();
  if (form !== "pem" && form !== "der") throw invalidRequest(`unknown format value of ${cut(format)}`);
  const lastsMs = lastsIn(next_update);
  if (lastsMs <= 0) throw invalidRequest("next_update parameter must be greater than 0");
  if (number < 0) throw invalidRequest("crl_number parameter must be 0 or greater");
  if (base < -1) throw invalidRequest("delta_crl_base_number parameter must be -1 or greater");
  return { number, base: base < 0 ? undefined : base, lastsMs, isDer: form === "der" };
};

const entry = ({ serial, revoked, extensions }: GivenEntry): Buffer =>
  sequence(unsigned(serial), time(revoked), ...(extensions.length > 0 ? [encodedExtensions(extensions)] : []));

interface Wanted {
  readonly entries: readonly GivenEntry[];
  readonly revoked: readonly RevokedCertificate[];
  readonly extensions: readonly ExtensionPlan[];
}

/** The issuer of a path. Throws with the reference's texts, which are not those of other paths. */
const issuerOf = async (ref: string, cx: BackendContext): Promise<SigningIssuer> => {
  const looked = issuerIdOf(await findIndex(cx), refOf(ref));
  if ("missing" in looked) throw invalidRequest(`failed to resolve issuer issuer_ref: ${looked.missing}`);
  try {
    return await signingIssuer(looked.id, "crl-signing", cx);
  } catch (cause) {
    if (!(cause instanceof VaultError && cause.code === "invalid_request")) throw cause;
    throw invalidRequest(cause.reason, { cause });
  }
};

const signed = (issuer: SigningIssuer, asked: Asked, wanted: Wanted, cx: BackendContext): string => {
  const { certificate } = issuer;
  const now = cx.clock.now();
  const der = signRevocationList(
    {
      issuer: subjectDer(certificate),
      thisUpdate: now,
      nextUpdate: now + asked.lastsMs,
      earlier: Buffer.concat(wanted.entries.map(entry)),
      revoked: wanted.revoked,
      extensions: [
        ...present(authorityKeyId(certificate.subjectKeyId), listNumber(asked.number)),
        ...wanted.extensions,
        ...(asked.base === undefined ? [] : [changesSince(asked.base)]),
      ],
    },
    revocationSigner(issuer),
  );
  return asked.isDer ? der.toString("base64") : `${listPem(der)}\n`;
};

/** Some 100,000 entries. */
const LIMITS = { berOptions: { maxNodes: 500_000 } };

const listIn = (pem: string, at: number): CertificateList => {
  try {
    const [der, more] = pemBlocks(pem, ["X509 CRL", "CRL"]);
    if (!der || more) throw new Unreadable("invalid crl; should be one PEM block only");
    return AsnConvert.parse(der, CertificateList, LIMITS);
  } catch (cause) {
    const why = cause instanceof Unreadable ? cause.message : "not a list of revoked certificates";
    throw invalidRequest(`failed decoding crl ${at}: ${why}`, { cause });
  }
};

const checkSigned = ({ certificate }: SigningIssuer, list: CertificateList, at: number): void => {
  const { tbsCertListRaw: body, signatureAlgorithm, signature } = list;
  if (!body || !isSignedBy(certificate.x509.publicKey, signatureAlgorithm, body, signature)) {
    throw invalidRequest(`CRL index: ${at} was not signed by requested issuer`);
  }
};

/** Each number once, with its earliest time. */
const combined = (
  lists: readonly CertificateList[],
): { readonly revoked: readonly RevokedCertificate[]; readonly warnings: readonly string[] } => {
  const times = new Map<string, number>();
  const warnings: string[] = [];
  for (const { userCertificate, revocationDate } of lists.flatMap((one) => one.tbsCertList.revokedCertificates ?? [])) {
    const serial = plainHex(new Uint8Array(userCertificate));
    const at = revocationDate.getTime().getTime();
    const before = times.get(serial);
    if (before !== undefined && before !== at) {
      const shown = serialOfNumber(BigInt(`0x${serial || "0"}`));
      warnings.push(`Duplicate serial ${shown} with different revocation times detected, using oldest revocation time`);
    }
    times.set(serial, Math.min(at, before ?? at));
  }
  const revoked = [...times].map(([serial, at]) => ({ serial: Buffer.from(serial, "hex"), revoked: at, reason: 0 }));
  return { revoked, warnings };
};

const Answer = z.object({ crl: z.string().describe("PEM, or base64") });

const resignPath = path("issuer/{issuer_ref}/resign-crls", {
  summary: "lists of one issuer, combined",
  params: ISSUER,
  ops: {
    update: op({
      summary: "combine lists that this issuer's key signed into one, and sign it",
      answers: Answer,
      input: ResignInput,
      prefetch: authorityPrefetch,
      handle: async ({ params, input }, cx) => {
        const asked = askedIn(input);
        const lists = (input.crls ?? []).map(listIn);
        const issuer = await issuerOf(params.issuer_ref, cx);
        for (const [at, list] of lists.entries()) checkSigned(issuer, list, at);
        const { revoked, warnings } = combined(lists);
        return { data: { crl: signed(issuer, asked, { entries: [], revoked, extensions: [] }, cx) }, warnings };
      },
    }),
  },
});

const signPath = path("issuer/{issuer_ref}/sign-revocation-list", {
  summary: "a list as it is given",
  params: ISSUER,
  ops: {
    update: op({
      summary: "sign a list of what is given",
      answers: Answer,
      input: SignInput,
      prefetch: authorityPrefetch,
      handle: async ({ params, input }, cx) => {
        const asked = askedIn(input);
        const entries = givenEntries(input.revoked_certs);
        const extensions = givenExtensions(input.extensions);
        const issuer = await issuerOf(params.issuer_ref, cx);
        return { data: { crl: signed(issuer, asked, { entries, revoked: [], extensions }, cx) } };
      },
    }),
  },
});

export const signListPaths: readonly AnyPath[] = [resignPath, signPath];
