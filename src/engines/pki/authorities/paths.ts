import { type AnyPath, field, op, path } from "../../../framework/index.ts";
import { configPaths, NEXT } from "./config-paths.ts";
import { BundleInput, Imported, importBundle, SignedInput } from "./import.ts";
import { authorityPrefetch, DEFAULT_REF, ISSUER } from "./index-entry.ts";
import { generateIntermediate, RequestInput, RequestShown } from "./intermediate.ts";
import { issuerPaths } from "./issuer-paths.ts";
import { removeAll } from "./issuer-removal.ts";
import { keyPaths } from "./key-paths.ts";
import { openPaths } from "./open-paths.ts";
import { generateRoot, RootInput, RootShown } from "./root.ts";
import { SignedIntermediate, SignIntermediateInput, signIntermediate } from "./sign-intermediate.ts";
import { SelfIssuedInput, SelfIssuedShown, signSelfIssued } from "./sign-self-issued.ts";

/** The paths of issuers and keys. */

const GENERATED = {
  exported: "`internal`: the key stays inside; `exported`: it is shown once; `existing`: a key of the mount.",
};

const rootPath = (
  template: "root/generate/{exported}" | "root/rotate/{exported}" | "issuers/generate/root/{exported}",
  options: { readonly usualName?: string } = {},
): AnyPath =>
  path(template, {
    summary: "new roots",
    params: GENERATED,
    ops: {
      update: op({
        summary: options.usualName === undefined ? "make a root" : "make a root named `next`, to take over later",
        answers: RootShown,
        input: RootInput,
        prefetch: authorityPrefetch,
        handle: ({ params, input }, cx) => generateRoot(params.exported, input, cx, options),
      }),
    },
  });

const allPath = path("root", {
  summary: "all issuers and keys",
  params: {},
  ops: {
    delete: op({
      summary: "delete all issuers and all keys; what they signed stays valid wherever it is trusted",
      access: "sudo",
      answers: "nothing",
      prefetch: authorityPrefetch,
      handle: (_, cx) => removeAll(cx),
    }),
  },
});

const requestPath = (
  template: "intermediate/generate/{exported}" | "issuers/generate/intermediate/{exported}",
): AnyPath =>
  path(template, {
    summary: "requests for intermediates",
    params: GENERATED,
    ops: {
      update: op({
        summary: "make a request for a certificate of an authority",
        answers: RequestShown,
        input: RequestInput,
        prefetch: authorityPrefetch,
        handle: ({ params, input }, cx) => generateIntermediate(params.exported, input, cx),
      }),
    },
  });

const crossSignPath = path("intermediate/cross-sign", {
  summary: "requests over keys of the mount",
  params: {},
  ops: {
    update: op({
      summary: "make a request over a key of the mount, for another authority to sign",
      answers: RequestShown,
      input: RequestInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => generateIntermediate("existing", input, cx),
    }),
  },
});

const setSignedPath = path("intermediate/set-signed", {
  summary: "certificates of keys of this mount",
  params: {},
  ops: {
    update: op({
      summary: "import the certificate of a key of this mount, and those of its issuers",
      answers: Imported,
      input: SignedInput,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => importBundle(input, false, cx),
    }),
  },
});

const importPath = (
  template: "issuers/import/cert" | "issuers/import/bundle" | "config/ca",
  keysAllowed: boolean,
): AnyPath =>
  path(template, {
    summary: "issuers that were made elsewhere",
    params: {},
    ops: {
      update: op({
        summary: keysAllowed ? "import issuers and their keys" : "import issuers without keys",
        answers: Imported,
        input: BundleInput,
        prefetch: authorityPrefetch,
        handle: ({ input }, cx) => importBundle(input, keysAllowed, cx),
      }),
    },
  });

const BY = { issuer_ref: field.text("The issuer, by name or id; the default unless given.") };

const signPath = path("root/sign-intermediate", {
  summary: "intermediates of the default issuer",
  params: {},
  ops: {
    update: op({
      summary: "sign an intermediate by the default issuer",
      answers: SignedIntermediate,
      input: SignIntermediateInput.extend(BY),
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => signIntermediate(input.issuer_ref ?? DEFAULT_REF, input, cx),
    }),
  },
});

const signByPath = path("issuer/{issuer_ref}/sign-intermediate", {
  summary: "intermediates of an issuer",
  params: ISSUER,
  ops: {
    update: op({
      summary: "sign an intermediate",
      answers: SignedIntermediate,
      input: SignIntermediateInput,
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => signIntermediate(params.issuer_ref, input, cx),
    }),
  },
});

const selfIssuedPath = path("root/sign-self-issued", {
  summary: "roots of others, signed over by the default issuer",
  params: {},
  ops: {
    update: op({
      summary: "sign over a root of others, as it is",
      access: "sudo",
      answers: SelfIssuedShown,
      input: SelfIssuedInput.extend(BY),
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) => signSelfIssued(input.issuer_ref ?? DEFAULT_REF, input, cx),
    }),
  },
});

const selfIssuedByPath = path("issuer/{issuer_ref}/sign-self-issued", {
  summary: "roots of others, signed over by an issuer",
  params: ISSUER,
  ops: {
    update: op({
      summary: "sign over a root of others, as it is",
      answers: SelfIssuedShown,
      input: SelfIssuedInput,
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => signSelfIssued(params.issuer_ref, input, cx),
    }),
  },
});

export const authorityPaths: readonly AnyPath[] = [
  rootPath("root/generate/{exported}"),
  rootPath("root/rotate/{exported}", { usualName: NEXT }),
  rootPath("issuers/generate/root/{exported}"),
  allPath,
  requestPath("intermediate/generate/{exported}"),
  requestPath("issuers/generate/intermediate/{exported}"),
  crossSignPath,
  setSignedPath,
  importPath("issuers/import/cert", false),
  importPath("issuers/import/bundle", true),
  importPath("config/ca", true),
  signPath,
  signByPath,
  selfIssuedPath,
  selfIssuedByPath,
  ...configPaths,
  ...issuerPaths,
  ...keyPaths,
  ...openPaths,
];
