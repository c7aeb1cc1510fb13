import { foundKeys, Keys } from "../../../framework/answers.ts";
import { type AnyPath, op, path } from "../../../framework/index.ts";
import { PageInput, pageOf } from "../../../framework/paging.ts";
import type { Address, View } from "../../../storage/store.ts";
import { authorityPrefetch } from "../authorities/index-entry.ts";
import { indexAddress, roleAddress } from "../model.ts";
import { Issued, Signed } from "./answers.ts";
import { IssueInput, SignInput, VerbatimInput } from "./inputs.ts";
import { issue, sign, signVerbatim } from "./issue.ts";
import { ShownRole, shownRole } from "./role.ts";
import { RoleInput } from "./role-fields.ts";
import { findRole, listRoles, patchRole, removeRole, writeRole } from "./roles.ts";

/** The paths of roles and of certificates under them. */

const ROLE = { role: "Name of a role; case matters." };
const ISSUER = { issuer_ref: "Name or id of an issuer, or `default`." };

const rolesPath = path("roles", {
  summary: "the roles of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list the roles",
      answers: Keys,
      input: PageInput,
      handle: async ({ input }, cx) => foundKeys(pageOf(await listRoles(cx), input)),
    }),
  },
});

const rolePath = path("roles/{name}", {
  summary: "a role: what may be issued and signed under it",
  params: { name: "Name of the role; case matters." },
  ops: {
    read: op({
      summary: "read a role",
      answers: ShownRole,
      handle: async ({ params }, cx) => {
        const role = await findRole(params.name, cx);
        return role && { data: shownRole(role) };
      },
    }),
    update: op({
      summary: "write a role, as a whole",
      answers: ShownRole,
      input: RoleInput,
      prefetch: authorityPrefetch,
      handle: async ({ params, input }, cx) => {
        const { role, warnings } = await writeRole(params.name, input, cx);
        return { data: shownRole(role), warnings };
      },
    }),
    patch: op({
      summary: "change what is given of a role",
      answers: ShownRole,
      input: RoleInput,
      prefetch: ({ params }, storage) => [roleAddress(storage, params.name), indexAddress(storage)],
      handle: async ({ params, input }, cx) => {
        const { role, warnings } = await patchRole(params.name, input, cx);
        return { data: shownRole(role), warnings };
      },
    }),
    delete: op({
      summary: "delete a role; what was issued under it stays valid",
      answers: "nothing",
      handle: ({ params }, cx) => removeRole(params.name, cx),
    }),
  },
});

/** What every request under a role reads, together with its token. */
const prefetch = ({ params }: { readonly params: { readonly role: string } }, storage: View): readonly Address[] => [
  roleAddress(storage, params.role),
  indexAddress(storage),
];

/** The operations that make certificates. Each has a path for the role's issuer, and one that names another. */
const ISSUE = {
  summary: "make a key and a certificate as a role allows; the key is shown once and kept nowhere",
  answers: Issued,
  input: IssueInput,
  prefetch,
};
const SIGN = {
  summary: "sign a certificate request as a role allows",
  answers: Signed,
  input: SignInput,
  prefetch,
};
const VERBATIM = {
  summary: "sign a certificate request as it is, but never as an authority",
  answers: Signed,
  input: VerbatimInput,
};

const issuePath = path("issue/{role}", {
  summary: "keys with their certificates",
  params: ROLE,
  ops: { update: op({ ...ISSUE, handle: ({ params, input }, cx) => issue({ role: params.role }, input, cx) }) },
});

const issuerIssuePath = path("issuer/{issuer_ref}/issue/{role}", {
  summary: "keys with their certificates, of an issuer",
  params: { ...ISSUER, ...ROLE },
  ops: {
    update: op({
      ...ISSUE,
      handle: ({ params, input }, cx) => issue({ role: params.role, issuer: params.issuer_ref }, input, cx),
    }),
  },
});

const signPath = path("sign/{role}", {
  summary: "certificates of keys that callers have",
  params: ROLE,
  ops: { update: op({ ...SIGN, handle: ({ params, input }, cx) => sign({ role: params.role }, input, cx) }) },
});

const issuerSignPath = path("issuer/{issuer_ref}/sign/{role}", {
  summary: "certificates of keys that callers have, of an issuer",
  params: { ...ISSUER, ...ROLE },
  ops: {
    update: op({
      ...SIGN,
      handle: ({ params, input }, cx) => sign({ role: params.role, issuer: params.issuer_ref }, input, cx),
    }),
  },
});

const verbatimPath = path("sign-verbatim", {
  summary: "certificates that say what their requests say",
  params: {},
  ops: {
    update: op({
      ...VERBATIM,
      prefetch: authorityPrefetch,
      handle: ({ input }, cx) =>
        signVerbatim({ role: input.role ?? "", issuer: input.issuer_ref || undefined }, input, cx),
    }),
  },
});

const roleVerbatimPath = path("sign-verbatim/{role}", {
  summary: "certificates that say what their requests say, with a role's lifetime",
  params: ROLE,
  ops: {
    update: op({
      ...VERBATIM,
      prefetch,
      handle: ({ params, input }, cx) => signVerbatim({ role: params.role }, input, cx),
    }),
  },
});

const issuerVerbatimPath = path("issuer/{issuer_ref}/sign-verbatim", {
  summary: "certificates that say what their requests say, of an issuer",
  params: ISSUER,
  ops: {
    update: op({
      ...VERBATIM,
      prefetch: authorityPrefetch,
      handle: ({ params, input }, cx) => signVerbatim({ role: input.role ?? "", issuer: params.issuer_ref }, input, cx),
    }),
  },
});

const issuerRoleVerbatimPath = path("issuer/{issuer_ref}/sign-verbatim/{role}", {
  summary: "certificates that say what their requests say, of an issuer, with a role's lifetime",
  params: { ...ISSUER, ...ROLE },
  ops: {
    update: op({
      ...VERBATIM,
      prefetch,
      handle: ({ params, input }, cx) => signVerbatim({ role: params.role, issuer: params.issuer_ref }, input, cx),
    }),
  },
});

export const issuingPaths: readonly AnyPath[] = [
  rolesPath,
  rolePath,
  issuePath,
  issuerIssuePath,
  signPath,
  issuerSignPath,
  verbatimPath,
  roleVerbatimPath,
  issuerVerbatimPath,
  issuerRoleVerbatimPath,
];
