import { z } from "zod";
import { type BackendContext, type DataReply, field, invalidRequest } from "../../../framework/index.ts";
import { cut } from "../../../std/shown.ts";
import type { IssuersIndex, Urls } from "../model.ts";
import { changeIndex, DEFAULT_REF, issuerIdOf, keyIdOf, keyIdOfIssuer, wrapped } from "./index-entry.ts";
import { changedUrls, isAddress, unfilledWarnings } from "./urls.ts";
import { KEYLESS_DEFAULT } from "./warnings.ts";

/** What a mount is set to: its defaults and its addresses. Throws with the reference's texts. */

export const DefaultIssuer = z.object({ default: z.string(), default_follows_latest_issuer: z.boolean() });
export const DefaultIssuerInput = z.object({
  default: field.text("The default issuer, by name or id."),
  default_follows_latest_issuer: field.flag("Whether an issuer that is made or imported becomes the default."),
});
type DefaultIssuerInput = z.output<typeof DefaultIssuerInput>;

export const showDefaultIssuer = (index: IssuersIndex): z.output<typeof DefaultIssuer> => ({
  default: index.default,
  default_follows_latest_issuer: index.followsLatest,
});

const referenced = (given: string, what: "issuer" | "key"): string => {
  if (given !== "" && given !== DEFAULT_REF) return given;
  throw invalidRequest(`Invalid ${what} specification; must be non-empty and can't be 'default'.`);
};

const idOf = (looked: { readonly id: string } | { readonly missing: string }): string => {
  if ("id" in looked) return looked.id;
  throw invalidRequest(`Error resolving issuer reference: ${looked.missing}`);
};

export const setDefaultIssuer = (
  { default: given = "", default_follows_latest_issuer: follows }: DefaultIssuerInput,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof DefaultIssuer>>> =>
  changeIndex(cx, (index) => {
    const id = idOf(issuerIdOf(index, referenced(given, "issuer")));
    const next = { ...index, default: id, followsLatest: follows ?? index.followsLatest };
    const warnings = keyIdOfIssuer(index, id) === "" ? [KEYLESS_DEFAULT("This selected default issuer")] : [];
    return { next, result: { data: showDefaultIssuer(next), warnings } };
  });

export const DefaultKey = z.object({ default: z.string() });

export const setDefaultKey = (
  { default: given = "" }: { readonly default?: string | undefined },
  cx: BackendContext,
): Promise<DataReply<z.output<typeof DefaultKey>>> =>
  changeIndex(cx, (index) => {
    const id = idOf(keyIdOf(index, referenced(given, "key")));
    return { next: { ...index, defaultKey: id }, result: { data: { default: id } } };
  });

export const UrlsInput = z.object({
  issuing_certificates: field.commaList("Where the issuer's certificate is found."),
  crl_distribution_points: field.commaList("Where the list of the revoked is found."),
  delta_crl_distribution_points: field.commaList("Where the list of changes is found."),
  ocsp_servers: field.commaList("OCSP responders."),
  enable_templating: field.flag("Fill `{{issuer_id}}`, `{{cluster_path}}`, `{{cluster_aia_path}}` in them."),
});
type UrlsInput = z.output<typeof UrlsInput>;

export const UrlsShown = z.object({
  issuing_certificates: z.array(z.string()),
  crl_distribution_points: z.array(z.string()),
  delta_crl_distribution_points: z.array(z.string()),
  ocsp_servers: z.array(z.string()),
  enable_templating: z.boolean(),
});

export const showUrls = ({ issuing, crl, deltaCrl, ocsp, templating }: Urls): z.output<typeof UrlsShown> => ({
  issuing_certificates: issuing,
  crl_distribution_points: crl,
  delta_crl_distribution_points: deltaCrl,
  ocsp_servers: ocsp,
  enable_templating: templating,
});

/** Warns of templates that cannot be filled, once an issuer needs them. */
const unfilled = (urls: Urls, { issuers: [first], cluster }: IssuersIndex): readonly string[] =>
  first ? unfilledWarnings(urls, cluster, first.id) : [];

export const setUrls = (input: UrlsInput, cx: BackendContext): Promise<DataReply<z.output<typeof UrlsShown>>> =>
  changeIndex(cx, (index) => {
    const urls = changedUrls(index.urls, input, input.enable_templating);
    return { next: { ...index, urls }, result: { data: showUrls(urls), warnings: unfilled(urls, index) } };
  });

export const ClusterInput = z.object({
  path: field.text("Where this mount is reached, as `https://vault.example.com/v1/pki`; ACME needs it."),
  aia_path: field.text("Where certificates and lists of this mount are found, which may be another host, without TLS."),
});

export const ClusterShown = z.object({ path: z.string(), aia_path: z.string() });

const address = (given: string | undefined, before: string, what: string): string => {
  if (given === undefined) return before;
  if (isAddress(given)) return given;
  throw wrapped(`invalid, non-URL ${what} given to cluster: ${cut(given)}`);
};

export const setCluster = (
  input: z.output<typeof ClusterInput>,
  cx: BackendContext,
): Promise<DataReply<z.output<typeof ClusterShown>>> =>
  changeIndex(cx, (index) => {
    const cluster = {
      path: address(input.path, index.cluster.path, "path"),
      aiaPath: address(input.aia_path, index.cluster.aiaPath, "aia_path"),
    };
    const data = { path: cluster.path, aia_path: cluster.aiaPath };
    return { next: { ...index, cluster }, result: { data } };
  });
