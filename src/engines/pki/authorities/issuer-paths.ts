import { z } from "zod";
import { type AnyPath, op, path } from "../../../framework/index.ts";
import type { IssuersIndex } from "../model.ts";
import { type Issuer, withAuthority } from "./authority.ts";
import { authorityPrefetch, findIndex, ISSUER, keyIdOfIssuer } from "./index-entry.ts";
import { removeIssuer } from "./issuer-removal.ts";
import { revokeIssuer } from "./issuer-revocation.ts";
import { IssuerShown, showIssuer } from "./issuer-shown.ts";
import { changeIssuer, IssuerInput } from "./issuer-update.ts";
import { CONTENT_TYPES } from "./key-formats.ts";
import { PageInput, pageOfIds } from "./pages.ts";

/** The paths of single issuers, and their list. */

const IssuerList = z.object({
  keys: z.array(z.string()),
  key_info: z.record(
    z.string(),
    z.object({ issuer_name: z.string(), is_default: z.boolean(), serial_number: z.string(), key_id: z.string() }),
  ),
});

const listed = (index: IssuersIndex, ids: readonly string[]): z.output<typeof IssuerList> => {
  const known = new Map(index.issuers.map((issuer) => [issuer.id, issuer]));
  const info = ids.map((id) => {
    const { name = "", serial = "" } = known.get(id) ?? {};
    const key_id = keyIdOfIssuer(index, id);
    return [id, { issuer_name: name, is_default: id === index.default, serial_number: serial, key_id }] as const;
  });
  return { keys: [...ids], key_info: Object.fromEntries(info) };
};

const listPath = path("issuers", {
  summary: "the issuers of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list the issuers, with their names",
      access: "unauthenticated",
      answers: IssuerList,
      input: PageInput,
      prefetch: authorityPrefetch,
      handle: async ({ input }, cx) => {
        const index = await findIndex(cx);
        const ids = pageOfIds(index.issuers, input);
        return ids.length === 0 ? undefined : { data: listed(index, ids) };
      },
    }),
  },
});

const issuerPath = path("issuer/{issuer_ref}", {
  summary: "an issuer: its certificate, and what it may be used for",
  params: ISSUER,
  ops: {
    read: op({
      summary: "read an issuer",
      answers: IssuerShown,
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) =>
        withAuthority(cx, (authority) => ({ data: showIssuer(authority.issuer(params.issuer_ref), authority) })),
    }),
    update: op({
      summary: "change an issuer; what is not named goes back to what it is at first",
      answers: IssuerShown,
      input: IssuerInput,
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => changeIssuer(params.issuer_ref, input, "update", cx),
    }),
    patch: op({
      summary: "change what is named of an issuer",
      answers: IssuerShown,
      input: IssuerInput,
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => changeIssuer(params.issuer_ref, input, "patch", cx),
    }),
    delete: op({
      summary: "delete an issuer; its key stays, and what it signed stays valid",
      answers: "nothing",
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) => removeIssuer(params.issuer_ref, cx),
    }),
  },
});

const IssuerJson = z.object({
  issuer_id: z.string(),
  issuer_name: z.string(),
  certificate: z.string(),
  ca_chain: z.array(z.string()),
});

const jsonPath = path("issuer/{issuer_ref}/json", {
  summary: "the certificate of an issuer with its chain, for everybody",
  params: ISSUER,
  ops: {
    read: op({
      summary: "read the certificate and the chain of an issuer",
      access: "unauthenticated",
      answers: IssuerJson,
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) =>
        withAuthority(cx, (authority) => {
          const { issuer_id, issuer_name, certificate, ca_chain } = showIssuer(
            authority.issuer(params.issuer_ref),
            authority,
          );
          return { data: { issuer_id, issuer_name, certificate, ca_chain } };
        }),
    }),
  },
});

const rawPath = (form: keyof typeof CONTENT_TYPES, bytes: (issuer: Issuer) => Uint8Array): AnyPath =>
  path(`issuer/{issuer_ref}/${form}`, {
    summary: `the certificate of an issuer as ${form.toUpperCase()}, for everybody`,
    params: ISSUER,
    ops: {
      read: op({
        summary: `read the certificate of an issuer as ${form.toUpperCase()}`,
        access: "unauthenticated",
        answers: { raw: CONTENT_TYPES[form] },
        prefetch: authorityPrefetch,
        handle: ({ params }, cx) =>
          withAuthority(cx, (authority) => ({
            raw: { contentType: CONTENT_TYPES[form], body: bytes(authority.issuer(params.issuer_ref)) },
          })),
      }),
    },
  });

const revokePath = path("issuer/{issuer_ref}/revoke", {
  summary: "the end of an issuer",
  params: ISSUER,
  ops: {
    update: op({
      summary: "revoke an issuer: it issues nothing any more, and lists of its own issuer name it",
      answers: IssuerShown,
      prefetch: authorityPrefetch,
      handle: ({ params }, cx) => revokeIssuer(params.issuer_ref, cx),
    }),
  },
});

export const issuerPaths: readonly AnyPath[] = [
  listPath,
  issuerPath,
  jsonPath,
  rawPath("pem", ({ stored }) => Buffer.from(stored.certificate)),
  rawPath("der", ({ certificate }) => certificate.der),
  revokePath,
];
