import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { cut, shownList } from "../../../std/shown.ts";
import { type IssuersIndex, issuerAddress, OUTLIVES, StoredIssuer, USAGES, type Usage } from "../model.ts";
import { algorithmFor } from "./algorithm-names.ts";
import { certificateIn, usageText, withAuthority } from "./authority.ts";
import { maySignLists } from "./draft.ts";
import { changeIndex, idOrRefuse, issuerIdOf, refOf, wrapped } from "./index-entry.ts";
import { type IssuerShown, showIssuer } from "./issuer-shown.ts";
import { issuerNameFor } from "./names.ts";
import { referenceWarnings } from "./role-references.ts";
import { changedUrls, unfilledWarnings } from "./urls.ts";

/** Changes of an issuer: its name, what it may do, and what goes into what it signs. Throws with the reference's texts. */

export const IssuerInput = z.object({
  issuer_name: field.text("Name. An update without one takes it away."),
  manual_chain: field.commaList("The chain by ids or names, itself (`self`) first; empty: it is worked out."),
  leaf_not_after_behavior: field.text(
    "Of certificates that would outlive it: `err`, `truncate`, `permit`, or `always_enforce_err`: of authorities too.",
  ),
  usage: field.commaList(
    "What it may be used for: `read-only`, `issuing-certificates`, `crl-signing`, `ocsp-signing`.",
  ),
  revocation_signature_algorithm: field.text("How lists are signed, by Go's name; empty: as the key suggests."),
  issuing_certificates: field.commaList("Addresses of its certificate; those of the mount where it has none."),
  crl_distribution_points: field.commaList("Addresses of its list."),
  delta_crl_distribution_points: field.commaList("Addresses of its list of changes."),
  ocsp_servers: field.commaList("Addresses of OCSP responders."),
  enable_aia_url_templating: field.flag("Fill `{{issuer_id}}`, `{{cluster_path}}`, `{{cluster_aia_path}}` in them."),
});
export type IssuerInput = z.output<typeof IssuerInput>;

/** An update sets everything, to these values where nothing is said; a patch leaves what is not named. */
const UPDATE = {
  manual_chain: [],
  leaf_not_after_behavior: "err",
  revocation_signature_algorithm: "",
  issuing_certificates: [],
  crl_distribution_points: [],
  delta_crl_distribution_points: [],
  ocsp_servers: [],
  enable_aia_url_templating: false,
} as const;

type Mode = "update" | "patch";

const isUsage = (name: string): name is Usage => USAGES.some((usage) => usage === name);

const usageFor = (stored: StoredIssuer, given: readonly string[] | undefined, mode: Mode): StoredIssuer["usage"] => {
  const listsAllowed = maySignLists(certificateIn(stored.certificate));
  if (given === undefined) {
    // Whatever it may do at all.
    const possible = USAGES.filter(
      (usage) =>
        (usage !== "crl-signing" || listsAllowed) && (usage !== "issuing-certificates" || stored.revoked === 0),
    );
    return mode === "patch" ? stored.usage : possible;
  }
  if (!given.every(isUsage)) {
    throw invalidRequest(
      `Unable to parse specified usages: ${shownList(given)} - valid values are ${usageText(USAGES)}`,
    );
  }
  const usage = USAGES.filter((one) => one === "read-only" || given.includes(one));
  if (stored.revoked > 0 && usage.includes("issuing-certificates")) {
    throw invalidRequest(
      "This issuer was revoked; unable to modify its usage to include certificate signing again. Reissue this certificate (preferably with a new key) and modify that entry instead.",
    );
  }
  if (!listsAllowed && usage.includes("crl-signing")) {
    throw invalidRequest(
      "This issuer's underlying certificate lacks the CRLSign KeyUsage value; unable to set CRLSigningUsage on this issuer as a result.",
    );
  }
  return usage;
};

const outlivesFor = (given: string): StoredIssuer["outlives"] => {
  const known = OUTLIVES.find((one) => one === given);
  if (known) return known;
  throw invalidRequest(
    "Unknown value for field `leaf_not_after_behavior`. Possible values are `err`, `truncate`, and `permit`.",
  );
};

const algorithmOf = (given: string, stored: StoredIssuer): string => {
  if (given === "") return "";
  const named = algorithmFor(given, certificateIn(stored.certificate).x509.publicKey);
  if ("name" in named) return named.name;
  if ("unfit" in named) throw wrapped(named.unfit);
  throw invalidRequest(`Unknown signature algorithm value: ${cut(given)} - valid values are ${named.unknown}`);
};

const chainFor = (id: string, given: readonly string[], index: IssuersIndex): string[] =>
  given.map((ref, at) => {
    const found = at === 0 && ref === "self" ? id : idOrRefuse(issuerIdOf(index, refOf(ref)));
    if (at > 0 || found === id) return found;
    throw invalidRequest(`expected first cert in chain to be a self-reference, but was: ${cut(ref)}/${found}`);
  });

const changed = (stored: StoredIssuer, input: IssuerInput, mode: Mode, index: IssuersIndex): StoredIssuer => {
  const asked = mode === "update" ? { ...UPDATE, ...input } : input;
  const outlives = outlivesFor(asked.leaf_not_after_behavior ?? stored.outlives);
  const usage = usageFor(stored, asked.usage, mode);
  const revocationSignature = algorithmOf(asked.revocation_signature_algorithm ?? stored.revocationSignature, stored);
  const urls = changedUrls(stored.urls, asked, asked.enable_aia_url_templating);
  const manualChain = asked.manual_chain ? chainFor(stored.id, asked.manual_chain, index) : stored.manualChain;
  return { ...stored, outlives, usage, revocationSignature, urls, manualChain };
};

/** The name afterwards: an update without one takes it away, a patch may take it away by an empty one. */
const nameAfter = (index: IssuersIndex, id: string, before: string, given: string | undefined, mode: Mode): string => {
  if (mode === "patch" && given === undefined) return before;
  if (mode === "patch" && given?.trim() === "") return "";
  return issuerNameFor(index, given, id);
};

/** Reads an issuer after a change, and adds warnings. */
const afterwards = (id: string, warnings: readonly string[], cx: BackendContext): Promise<DataReply<IssuerShown>> =>
  withAuthority(cx, (authority) => {
    const issuer = authority.issuer(id);
    const unfilled = unfilledWarnings(issuer.stored.urls, authority.index.cluster, id);
    return { data: showIssuer(issuer, authority), warnings: [...warnings, ...unfilled] };
  });

export const changeIssuer = async (
  ref: string,
  input: IssuerInput,
  mode: Mode,
  cx: BackendContext,
): Promise<DataReply<IssuerShown>> => {
  const { storage } = cx;
  const { id, lost } = await changeIndex(cx, async (index) => {
    const id = idOrRefuse(issuerIdOf(index, refOf(ref)));
    const entry = await storage.get(issuerAddress(storage, id));
    if (!entry) throw wrapped(`pki issuer id ${id} does not exist`);
    const before = index.issuers.find((issuer) => issuer.id === id)?.name ?? "";
    const name = nameAfter(index, id, before, input.issuer_name, mode);
    const body = changed(StoredIssuer.parse(entry.body), input, mode, index);
    const issuers = index.issuers.map((issuer) => (issuer.id === id ? { ...issuer, name } : issuer));
    return {
      next: { ...index, issuers },
      also: [{ op: "put", address: issuerAddress(storage, id), body, when: { n: entry.n } }],
      result: { id, lost: before !== "" && before !== name ? [before] : [] },
    };
  });
  return afterwards(id, await referenceWarnings(lost, cx), cx);
};
