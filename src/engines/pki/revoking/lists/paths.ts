import { z } from "zod";
import { type AnyPath, type BackendContext, invalidRequest, op, path } from "../../../../framework/index.ts";
import { pemBlock } from "../../../../x509/index.ts";
import { ISSUER } from "../../authorities/index-entry.ts";
import { type FoundList, findList, listPrefetch, type NoList } from "./read.ts";

/**
 * The lists, for everybody: as bytes, as PEM, or as a member of data. Bytes carry `Last-Modified`, and are not sent again
 * to whoever has them: a list may have megabytes.
 */

const DER = "application/pkix-crl";
const PEM = "application/x-pem-file";

/** Without a newline at its end. */
export const listPem = (der: Buffer): string => pemBlock("X509 CRL", der);

const NOTHING = new Uint8Array();

const isUnchanged = ({ headers }: BackendContext, { modified }: FoundList["list"]): boolean =>
  modified * 1000 <= Date.parse(headers["if-modified-since"]?.[0] ?? "");

interface Form {
  readonly contentType: string;
  readonly body: (der: Buffer) => Uint8Array;
}
const AS_DER: Form = { contentType: DER, body: (der) => der };
const AS_PEM: Form = { contentType: PEM, body: (der) => Buffer.from(listPem(der)) };
const AS_PEM_LINES: Form = { contentType: PEM, body: (der) => Buffer.from(`${listPem(der)}\n`) };

const raw = (cx: BackendContext, { contentType, body }: Form, found: FoundList) => {
  // Never in the future (RFC 9110, 8.8.2.1): whoever repeats an earlier time gets the list once more.
  const modified = Math.min(found.list.modified * 1000, cx.clock.now());
  const headers = { "last-modified": new Date(modified).toUTCString() };
  if (isUnchanged(cx, found.list)) return { raw: { contentType, body: NOTHING }, status: 304, headers };
  return { raw: { contentType, body: body(found.der) }, headers };
};

const isMissing = (found: FoundList | NoList): found is NoList => "missing" in found;

/** For answers that must hold a list. Throws `invalid_request` with why it is missing. */
const needList = async (cx: BackendContext, ref: string, kind: Kind): Promise<FoundList> => {
  const found = await findList(cx, ref, kind);
  if (isMissing(found)) throw invalidRequest(found.missing, { multi: true });
  return found;
};

type Kind = "complete" | "delta";
const WHAT: Readonly<Record<Kind, string>> = { complete: "revoked certificates", delta: "changes since the last list" };

/** The default issuer's list as bytes; 204 where there is none, as clients of the reference expect. */
const defaultList = (template: string, kind: Kind, form: Form): AnyPath =>
  path(template, {
    summary: `the default issuer's list of ${WHAT[kind]}`,
    params: {},
    ops: {
      read: op({
        summary: "read the list",
        access: "unauthenticated",
        answers: { raw: form.contentType, headers: ["last-modified"] },
        prefetch: listPrefetch,
        handle: async (_, cx) => {
          const found = await findList(cx, "default", kind);
          if (isMissing(found)) return { raw: { contentType: form.contentType, body: NOTHING }, status: 204 };
          return raw(cx, form, found);
        },
      }),
    },
  });

const Shown = z.object({
  certificate: z.string(),
  revocation_time: z.number(),
  revocation_time_rfc3339: z.string(),
});

const shownList = (template: string, kind: Kind): AnyPath =>
  path(template, {
    summary: `the default issuer's list of ${WHAT[kind]}, as data`,
    params: {},
    ops: {
      read: op({
        summary: "read the list",
        access: "unauthenticated",
        answers: Shown,
        prefetch: listPrefetch,
        handle: async (_, cx) => {
          const { der } = await needList(cx, "default", kind);
          return { data: { certificate: listPem(der), revocation_time: 0, revocation_time_rfc3339: "" } };
        },
      }),
    },
  });

const issuerList = (
  template: `issuer/{issuer_ref}/crl/${"" | "delta/"}${"der" | "pem"}`,
  kind: Kind,
  form: Form,
): AnyPath =>
  path(template, {
    summary: `an issuer's list of ${WHAT[kind]}`,
    params: ISSUER,
    ops: {
      read: op({
        summary: "read the list",
        access: "unauthenticated",
        answers: { raw: form.contentType, headers: ["last-modified"] },
        prefetch: listPrefetch,
        handle: async ({ params }, cx) => raw(cx, form, await needList(cx, params.issuer_ref, kind)),
      }),
    },
  });

const shownIssuerList = (template: `issuer/{issuer_ref}/crl${"" | "/delta"}`, kind: Kind): AnyPath =>
  path(template, {
    summary: `an issuer's list of ${WHAT[kind]}, as data`,
    params: ISSUER,
    ops: {
      read: op({
        summary: "read the list",
        access: "unauthenticated",
        answers: z.object({ crl: z.string().describe("PEM") }),
        prefetch: listPrefetch,
        handle: async ({ params }, cx) => {
          const { der } = await needList(cx, params.issuer_ref, kind);
          return { data: { crl: `${listPem(der)}\n` } };
        },
      }),
    },
  });

export const listPaths: readonly AnyPath[] = [
  defaultList("crl", "complete", AS_DER),
  defaultList("crl/pem", "complete", AS_PEM),
  defaultList("crl/delta", "delta", AS_DER),
  defaultList("crl/delta/pem", "delta", AS_PEM),
  shownList("cert/crl", "complete"),
  shownList("cert/delta-crl", "delta"),
  shownIssuerList("issuer/{issuer_ref}/crl", "complete"),
  issuerList("issuer/{issuer_ref}/crl/der", "complete", AS_DER),
  issuerList("issuer/{issuer_ref}/crl/pem", "complete", AS_PEM_LINES),
  shownIssuerList("issuer/{issuer_ref}/crl/delta", "delta"),
  issuerList("issuer/{issuer_ref}/crl/delta/der", "delta", AS_DER),
  issuerList("issuer/{issuer_ref}/crl/delta/pem", "delta", AS_PEM_LINES),
];
