import { invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import { type IssuersIndex, NO_URLS, type StoredIssuer, type Urls } from "../model.ts";
import { wrapped } from "./index-entry.ts";

/** Addresses of authority information: which are valid, and what their templates become. */

/** The lists by the names that the API gives them. */
export const URL_LISTS = {
  issuing_certificates: "issuing",
  crl_distribution_points: "crl",
  delta_crl_distribution_points: "deltaCrl",
  ocsp_servers: "ocsp",
} as const;
export type UrlList = keyof typeof URL_LISTS;
const NAMES = Object.entries(URL_LISTS) as readonly (readonly [UrlList, (typeof URL_LISTS)[UrlList]])[];

const TEMPLATES = /\{\{(issuer_id|cluster_path|cluster_aia_path)\}\}/;
/** Scheme, host with an optional port, and the rest: what certificates may hold as an address. */
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/(?:[!-~]*@)?(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::\d*)?(?:[/?#][!-~]*)?$/i;
const BROKEN_ESCAPE = /%(?![0-9a-f]{2})/i;

/** Whether a text is an address with a scheme and a host, in characters that a certificate can hold. */
export const isAddress = (text: string): boolean =>
  /^[!-~]+$/.test(text) && ADDRESS.test(text) && !BROKEN_ESCAPE.test(text) && !TEMPLATES.test(text);

/** The first invalid address, and the list it is in. */
const firstInvalid = (urls: Urls): { readonly list: UrlList; readonly url: string } | undefined => {
  for (const [list, key] of NAMES) {
    const url = urls[key].find((one) => !isAddress(one));
    if (url !== undefined) return { list, url };
  }
  return undefined;
};

/** Addresses of freshest lists alone do not count: without the others nobody looks for them. */
export const hasUrls = ({ issuing, crl, ocsp }: Urls): boolean => issuing.length + crl.length + ocsp.length > 0;

/** What a request says of the lists; those that it does not name stay. */
type GivenLists = { readonly [list in UrlList]?: readonly string[] | undefined };

/** The addresses after a change. Throws for an invalid one, unless it is a template that is yet to be filled. */
export const changedUrls = (before: Urls, given: GivenLists, templating = before.templating): Urls => {
  const next: Urls = {
    issuing: [...(given.issuing_certificates ?? before.issuing)],
    crl: [...(given.crl_distribution_points ?? before.crl)],
    deltaCrl: [...(given.delta_crl_distribution_points ?? before.deltaCrl)],
    ocsp: [...(given.ocsp_servers ?? before.ocsp)],
    templating,
  };
  const bad = templating ? undefined : firstInvalid(next);
  if (!bad) return next;
  throw invalidRequest(
    `invalid URL found in Authority Information Access (AIA) parameter ${bad.list}: ${cut(bad.url)}`,
  );
};

/** The addresses with their templates filled, or why they cannot be. `issuerId`: `""` before an issuer has one. */
export const filledUrls = (
  urls: Urls,
  { path, aiaPath }: IssuersIndex["cluster"],
  issuerId: string,
): Urls | { readonly problem: string } => {
  if (!hasUrls(urls)) return NO_URLS;
  if (!urls.templating) return urls;
  const lacking = (all: readonly string[], name: string, value: string): boolean =>
    value === "" && all.some((one) => one.includes(`{{${name}}}`));
  const all = NAMES.flatMap(([, key]) => urls[key]);
  const address = "unable to template AIA URLs as we lack local cluster address information";
  if (lacking(all, "cluster_path", path)) return { problem: `${address} (path)` };
  if (lacking(all, "cluster_aia_path", aiaPath)) return { problem: `${address} (aia_path)` };
  if (lacking(all, "issuer_id", issuerId)) {
    return { problem: "unable to template AIA URLs as we lack an issuer_id for this operation" };
  }
  const fill = (one: string): string =>
    one
      .replaceAll("{{cluster_path}}", () => path)
      .replaceAll("{{cluster_aia_path}}", () => aiaPath)
      .replaceAll("{{issuer_id}}", () => issuerId);
  const { issuing, crl, deltaCrl, ocsp } = urls;
  const filled = {
    issuing: issuing.map(fill),
    crl: crl.map(fill),
    deltaCrl: deltaCrl.map(fill),
    ocsp: ocsp.map(fill),
    templating: false,
  };
  const bad = firstInvalid(filled);
  return bad ? { problem: `error validating templated ${bad.list}; invalid URI: ${bad.url}` } : filled;
};

/** What to warn of where templates of an issuer's addresses cannot be filled. */
export const unfilledWarnings = (urls: Urls, cluster: IssuersIndex["cluster"], issuerId: string): readonly string[] => {
  const filled = filledUrls(urls, cluster, issuerId);
  if (!("problem" in filled)) return [];
  return [
    `issuance may fail: ${filled.problem}\n\nConsider setting the cluster-local address if it is not already set.`,
  ];
};

/** An issuer's own addresses or the mount's, filled. Throws where a template cannot be filled. */
export const urlsOf = ({ urls, cluster }: IssuersIndex, issuer: StoredIssuer): Urls => {
  const filled = filledUrls(hasUrls(issuer.urls) ? issuer.urls : urls, cluster, issuer.id);
  if ("problem" in filled) {
    throw wrapped(`error fetching CA certificate: unable to fetch AIA URL information: ${filled.problem}`);
  }
  return filled;
};
