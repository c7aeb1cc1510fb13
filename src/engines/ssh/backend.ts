import { z } from "zod";
import { type Backend, defineBackend, field, invalidRequest, op, path } from "../../framework/index.ts";
import { caAddress, roleAddress, zeroAddress } from "./addresses.ts";
import { CaInput, CaShown, readCa, removeCa, writeCa } from "./ca.ts";
import { CaRole } from "./ca-role.ts";
import { rolesFor } from "./lookup.ts";
import { issueOtp, OtpShown, OtpVerified, placeOf, revokeOtp, verifyOtp } from "./otp.ts";
import { OtpRole } from "./otp-role.ts";
import { RoleInput } from "./role-fields.ts";
import { allRoles, findRole, RoleList, removeRole, writeRole } from "./roles.ts";
import { Issued, IssueInput, issueKey, Signed, SignInput, signKey } from "./sign.ts";
import { readZeroAddress, removeZeroAddress, writeZeroAddress, ZeroAddress } from "./zero-address.ts";

/**
 * SSH access, the backend `ssh`: one-time passwords that a host verifies through `vault-ssh-helper`, and a certificate
 * authority for the keys of users and hosts. It trusts core to have checked the caller and to end what it leased, and
 * operators to have meant their roles. It must never show a CA's private key, let a password work twice or past its
 * lease, or sign what the role does not allow. It connects to nothing. `README.md` has the paths.
 */

const ROLE = { role: "Name, shaped as Vault's names, `@` allowed inside; case matters." };

const rolesPath = path("roles", {
  summary: "the roles of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list the roles, with their types",
      answers: RoleList,
      handle: async (_, cx) => {
        const roles = await allRoles(cx.storage);
        if (roles.length === 0) return undefined;
        const key_info = Object.fromEntries(roles.map(([name, { key_type }]) => [name, { key_type }]));
        return { data: { keys: roles.map(([name]) => name), key_info } };
      },
    }),
  },
});

const rolePath = path("roles/{role:at}", {
  summary: "a role: what passwords are made, or what certificates are signed",
  params: ROLE,
  ops: {
    read: op({
      summary: "read a role",
      answers: [OtpRole, CaRole],
      handle: async ({ params }, cx) => {
        const role = await findRole(cx.storage, params.role);
        return role && { data: role };
      },
    }),
    update: op({
      summary: "write a role, as a whole",
      answers: "nothing",
      input: RoleInput,
      handle: ({ params, input }, cx) => writeRole(params.role, input, cx),
    }),
    delete: op({
      summary: "delete a role; passwords and certificates made by it live on to their end",
      answers: "nothing",
      handle: ({ params }, cx) => removeRole(params.role, cx),
    }),
  },
});

const credsPath = path("creds/{role:at}", {
  summary: "one-time passwords of a role",
  params: ROLE,
  ops: {
    update: op({
      summary: "make a one-time password for a user of a host",
      answers: OtpShown,
      input: z.object({
        ip: field.text("Address of the host."),
        username: field.text("User on the host; the role's default user unless given."),
      }),
      prefetch: ({ params }, storage) => [roleAddress(storage, params.role), zeroAddress(storage)],
      handle: ({ params, input }, cx) => issueOtp(params.role, input, cx),
    }),
  },
});

/** What `vault-ssh-helper -verify-only` sends to learn whether it reaches the mount, and what it expects. */
const ECHO_REQUEST = "verify-echo-request";
const ECHO_RESPONSE = { message: "verify-echo-response" } as const;

const verifyPath = path("verify", {
  summary: "the check of one-time passwords, for hosts",
  params: {},
  ops: {
    update: op({
      summary: "spend a one-time password, and tell what it is for",
      access: "unauthenticated",
      answers: [OtpVerified, z.object({ message: z.literal(ECHO_RESPONSE.message) })],
      input: z.object({ otp: field.text("The password, or `verify-echo-request`.") }),
      prefetch: ({ data }, storage) => placeOf(storage, data["otp"]),
      handle: async ({ input }, cx) => {
        const otp = input.otp ?? "";
        if (otp === ECHO_REQUEST) return { data: ECHO_RESPONSE };
        return { data: await verifyOtp(otp, cx) };
      },
    }),
  },
});

const lookupPath = path("lookup", {
  summary: "the roles for a host",
  params: {},
  ops: {
    update: op({
      summary: "list the roles whose ranges hold an address",
      answers: z.object({ roles: z.array(z.string()).nullable().describe("null: none") }),
      input: z.object({ ip: field.text("Address of the host.") }),
      handle: async ({ input }, cx) => {
        const roles = await rolesFor(input.ip ?? "", cx);
        return { data: { roles: roles.length === 0 ? null : roles } };
      },
    }),
  },
});

const zeroAddressPath = path("config/zeroaddress", {
  summary: "the roles for which any address will do",
  params: {},
  ops: {
    read: op({
      summary: "read the list",
      answers: ZeroAddress,
      handle: async (_, cx) => {
        const found = await readZeroAddress(cx.storage);
        return found && { data: found };
      },
    }),
    update: op({
      summary: "replace the list",
      answers: "nothing",
      input: z.object({ roles: field.commaList("Names of roles that exist.") }),
      handle: ({ input }, cx) => writeZeroAddress(input.roles ?? [], cx),
    }),
    delete: op({
      summary: "remove the list",
      answers: "nothing",
      handle: (_, cx) => removeZeroAddress(cx),
    }),
  },
});

const caPath = path("config/ca", {
  summary: "the certificate authority",
  params: {},
  ops: {
    read: op({
      summary: "read the public key",
      answers: CaShown,
      handle: async (_, cx) => {
        const ca = await readCa(cx.storage);
        if (!ca) throw invalidRequest("keys haven't been configured yet");
        return { data: ca };
      },
    }),
    update: op({
      summary: "make a key, or import one; there may be none yet",
      answers: [CaShown, "nothing"],
      input: CaInput,
      handle: ({ input }, cx) => writeCa(input, cx),
    }),
    delete: op({
      summary: "delete the key; what it signed stays valid wherever it is trusted",
      answers: "nothing",
      handle: (_, cx) => removeCa(cx),
    }),
  },
});

const publicKeyPath = path("public_key", {
  summary: "the public key of the certificate authority, for hosts",
  params: {},
  ops: {
    read: op({
      summary: "read the public key as it goes into a file",
      access: "unauthenticated",
      answers: { raw: "text/plain" },
      prefetch: (_, storage) => [caAddress(storage)],
      handle: async (_, cx) => {
        const ca = await readCa(cx.storage);
        return ca && { raw: { contentType: "text/plain", body: Buffer.from(ca.public_key, "utf8") } };
      },
    }),
  },
});

const signPath = path("sign/{role:at}", {
  summary: "certificates of keys that callers have",
  params: ROLE,
  ops: {
    update: op({
      summary: "sign a public key",
      answers: Signed,
      input: SignInput,
      prefetch: ({ params }, storage) => [roleAddress(storage, params.role), caAddress(storage)],
      handle: ({ params, input }, cx) => signKey(params.role, input, cx),
    }),
  },
});

const issuePath = path("issue/{role:at}", {
  summary: "keys with their certificates",
  params: ROLE,
  ops: {
    update: op({
      summary: "make a key pair and sign it; the private key is shown once and kept nowhere",
      answers: Issued,
      input: IssueInput,
      prefetch: ({ params }, storage) => [roleAddress(storage, params.role), caAddress(storage)],
      handle: ({ params, input }, cx) => issueKey(params.role, input, cx),
    }),
  },
});

/** The `ssh` secrets engine. */
export const sshEngine: Backend = defineBackend({
  kind: "secret",
  type: "ssh",
  help: "Makes one-time passwords for hosts and signs SSH certificates.",
  paths: [
    rolesPath,
    rolePath,
    credsPath,
    verifyPath,
    lookupPath,
    zeroAddressPath,
    caPath,
    publicKeyPath,
    signPath,
    issuePath,
  ],
  leases: { otp: { revoke: revokeOtp } },
});
