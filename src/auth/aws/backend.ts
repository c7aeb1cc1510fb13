import { z } from "zod";
import { type Backend, defineBackend, done, folded, op, path } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import type { JsonObject } from "../../std/json.ts";
import { seconds } from "../../std/time.ts";
import { accountHints } from "./account-hints.ts";
import {
  ClientConfigShown,
  clientConfigAddress,
  clientConfigShape,
  readClientConfig,
  removeClientConfig,
  writeClientConfig,
} from "./client-config.ts";
import { certificatesAddress } from "./ec2/certificate-config.ts";
import { ec2Paths } from "./ec2/paths.ts";
import { ACCESS_LIST, tidyConfigAddress, tidyPeriodically } from "./ec2/tidy.ts";
import {
  IdentityConfig,
  identityConfig,
  identityConfigAddress,
  identityConfigShape,
  writeIdentityConfig,
} from "./identity-config.ts";
import { login, roleOf } from "./login.ts";
import { loginShape } from "./login-request.ts";
import { lookupsOf, surveyOf } from "./lookups.ts";
import type { Parts } from "./parts.ts";
import type { Directory, StsFetch } from "./ports.ts";
import { partitionOf } from "./regions.ts";
import { renewLogin } from "./renewal.ts";
import { writeRole } from "./role-writes.ts";
import { listRoles, namedRoleAddress, RoleShown, readRole, removeRole, roleShape } from "./roles.ts";
import {
  listStsAccounts,
  removeStsAccount,
  StsAccount,
  stsAccount,
  stsAccountShape,
  writeStsAccount,
} from "./sts-accounts.ts";

/**
 * Login with the AWS identity a machine already has: a signed `GetCallerIdentity` that STS judges, or an identity
 * document that EC2 signed (`ec2/`), and for EC2 instances and hybrid nodes what AWS says about the machine. Trusts STS,
 * EC2's certificates and the account's own APIs, over TLS, and nothing a caller writes. It must never send a caller's
 * text to AWS but the values of the signed headers, and never grant anything because a question failed.
 */

export interface AwsAuthParts {
  readonly sts: StsFetch;
  readonly directory: Directory;
  /** The program's own region; logins of its partition alone are taken. */
  readonly region: string;
}

const bringsDocument = (data: JsonObject): boolean => data["pkcs7"] !== undefined || data["identity"] !== undefined;

const loginPath = (parts: Parts) =>
  path("login", {
    summary: "login by AWS identity",
    params: {},
    ops: {
      update: op({
        summary: "log in with a signed GetCallerIdentity request, or with an EC2 instance identity document",
        answers: "login",
        access: "unauthenticated",
        input: z.object(loginShape),
        prefetch: ({ data }, storage) => [
          clientConfigAddress(storage),
          identityConfigAddress(storage),
          ...namedRoleAddress(storage, data["role"]),
          ...parts.accounts.of(storage, data["role"]),
          ...(bringsDocument(data) ? [certificatesAddress(storage), tidyConfigAddress(storage, ACCESS_LIST)] : []),
        ],
        handle: async ({ input }, cx) => ({ auth: await login(parts, input, cx) }),
      }),
    },
  });

const rolePaths = (parts: Parts) =>
  recordPaths({
    at: "role/{role}",
    params: { role: folded("case", "Name of the role; case does not matter.") },
    lists: ["role", "roles"],
    summary: {
      all: "the roles of this mount",
      one: "a role: who may log in, and what they get",
      list: "list roles",
      read: "read a role",
      write: "write a role",
      delete: "delete a role",
    },
    input: z.object(roleShape),
    answers: RoleShown,
    names: (cx) => listRoles(cx.storage),
    find: (name, cx) => readRole(cx.storage, name),
    show: (role) => role,
    write: async (name, input, cx) =>
      writeRole(await surveyOf(parts.lookups, cx), name, input, { random: cx.random, mountMax: cx.mount.maxTtl }),
    remove: (name, cx) => removeRole(cx.storage, name),
  });

const clientWrite = op({
  summary: "configure how the mount connects to AWS; settings not given stay unchanged",
  answers: "nothing",
  input: z.object(clientConfigShape),
  handle: ({ input }, cx) => done(writeClientConfig(cx.storage, input)),
});

const clientPath = path("config/client", {
  summary: "how the mount connects to AWS",
  params: {},
  exists: async (_, cx) => (await readClientConfig(cx.storage)) !== undefined,
  ops: {
    update: clientWrite,
    read: op({
      summary: "read the configuration, without the secret key",
      answers: ClientConfigShown,
      handle: async (_, cx) => {
        const data = await readClientConfig(cx.storage);
        return data && { data };
      },
    }),
    delete: op({
      summary: "remove the configuration",
      answers: "nothing",
      handle: (_, cx) => done(removeClientConfig(cx.storage)),
    }),
  },
});

const identityPath = path("config/identity", {
  summary: "the alias that identifies a login",
  params: {},
  ops: {
    read: op({
      summary: "read the identity configuration",
      answers: IdentityConfig,
      handle: async (_, cx) => ({ data: await identityConfig(cx.storage) }),
    }),
    update: op({
      summary: "configure aliases and metadata; settings not given stay unchanged",
      answers: "nothing",
      input: z.object(identityConfigShape),
      handle: ({ input }, cx) => done(writeIdentityConfig(cx.storage, input)),
    }),
  },
});

const accountPaths = recordPaths({
  at: "config/sts/{account_id}",
  params: { account_id: "The account, 12 digits." },
  lists: ["config/sts"],
  summary: {
    all: "the other accounts",
    one: "how another account is looked into",
    list: "list accounts",
    read: "read an account's role",
    write: "name the role to assume for look-ups in the account",
    delete: "forget an account's role",
  },
  input: z.object(stsAccountShape),
  answers: StsAccount,
  names: (cx) => listStsAccounts(cx.storage),
  find: (account, cx) => stsAccount(cx.storage, account),
  show: (account) => account,
  write: async (account, input, cx) => {
    await writeStsAccount(cx.storage, account, input);
    return undefined;
  },
  remove: (account, cx) => removeStsAccount(cx.storage, account),
});

const TIDY = seconds(3600);

/** The `aws` auth method. Throws for a region that does not exist. */
export const awsAuth = ({ sts, directory, region }: AwsAuthParts): Backend => {
  const partition = partitionOf(region);
  if (!partition) throw new Error(`region ${JSON.stringify(region)} is not known`);
  const parts: Parts = { sts, lookups: lookupsOf(directory), accounts: accountHints(), partition };
  return defineBackend({
    kind: "auth",
    type: "aws",
    help: "Logs machines in with the AWS identity they already have: IAM roles and users, EC2 instances, SSM nodes.",
    paths: [loginPath(parts), ...rolePaths(parts), clientPath, identityPath, ...accountPaths, ...ec2Paths()],
    roleOf,
    renewLogin: (renewal, cx) => renewLogin(parts.lookups, renewal, cx),
    periodic: { every: TIDY, run: (cx) => tidyPeriodically(cx) },
  });
};
