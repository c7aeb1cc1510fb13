import { z } from "zod";
import { type AnyPath, invalidRequest, op, path } from "../../../framework/index.ts";
import { type Authority, type Issuer, withAuthority } from "./authority.ts";
import { authorityPrefetch, DEFAULT_REF, issuerIdOf } from "./index-entry.ts";
import { CONTENT_TYPES } from "./key-formats.ts";

/** The default issuer and its chain, for everybody: what clients fetch to trust or to build chains. */

/** The default issuer, or why there is none. */
const defaultIssuer = (authority: Authority): { readonly issuer: Issuer } | { readonly missing: string } => {
  const looked = issuerIdOf(authority.index, DEFAULT_REF);
  return "missing" in looked ? looked : { issuer: authority.issuer(looked.id) };
};

/** Certificates as bytes; nothing where there is none, with 204, as clients of the reference expect. */
const rawReply = (contentType: string, body: Uint8Array | undefined) =>
  body ? { raw: { contentType, body } } : { raw: { contentType, body: new Uint8Array() }, status: 204 };

const pemOf = ({ stored }: Issuer): string => stored.certificate.trimEnd();
const chainText = (issuer: Issuer, authority: Authority): string =>
  authority
    .chainOf(issuer)
    .map((one) => one.trimEnd())
    .join("\n");

const rawPath = (
  template: string,
  summary: string,
  contentType: string,
  bytes: (issuer: Issuer, authority: Authority) => Uint8Array,
): AnyPath =>
  path(template, {
    summary,
    params: {},
    ops: {
      read: op({
        summary: `read ${summary}`,
        access: "unauthenticated",
        answers: { raw: contentType },
        prefetch: authorityPrefetch,
        handle: (_, cx) =>
          withAuthority(cx, (authority) => {
            const found = defaultIssuer(authority);
            return rawReply(contentType, "missing" in found ? undefined : bytes(found.issuer, authority));
          }),
      }),
    },
  });

const CertificateShown = z.object({
  certificate: z.string(),
  revocation_time: z.number(),
  revocation_time_rfc3339: z.string(),
  ca_chain: z.string().optional(),
});

const shownPath = (
  template: string,
  summary: string,
  show: (issuer: Issuer, authority: Authority) => { readonly certificate: string; readonly ca_chain?: string },
): AnyPath =>
  path(template, {
    summary,
    params: {},
    ops: {
      read: op({
        summary: `read ${summary}`,
        access: "unauthenticated",
        answers: CertificateShown,
        prefetch: authorityPrefetch,
        handle: (_, cx) =>
          withAuthority(cx, (authority) => {
            const found = defaultIssuer(authority);
            if ("missing" in found) throw invalidRequest(found.missing);
            return { data: { ...show(found.issuer, authority), revocation_time: 0, revocation_time_rfc3339: "" } };
          }),
      }),
    },
  });

const der = ({ certificate }: Issuer): Uint8Array => certificate.der;
const text = (issuer: Issuer): Uint8Array => Buffer.from(pemOf(issuer));

export const openPaths: readonly AnyPath[] = [
  rawPath("ca", "the default issuer's certificate, DER", CONTENT_TYPES.der, der),
  rawPath("ca/pem", "the default issuer's certificate, PEM", CONTENT_TYPES.pem, text),
  rawPath("ca_chain", "the default issuer's chain, PEM", CONTENT_TYPES.der, (issuer, authority) =>
    Buffer.from(chainText(issuer, authority)),
  ),
  rawPath("cert/ca/raw", "the default issuer's certificate, DER", CONTENT_TYPES.der, der),
  rawPath("cert/ca/raw/pem", "the default issuer's certificate, PEM", CONTENT_TYPES.pem, text),
  shownPath("cert/ca", "the default issuer's certificate, as data", (issuer) => ({ certificate: pemOf(issuer) })),
  shownPath("cert/ca_chain", "the default issuer's chain, as data", (issuer, authority) => {
    const chain = chainText(issuer, authority);
    return { certificate: chain, ca_chain: chain };
  }),
];
