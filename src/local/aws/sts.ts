/** STS: who a caller is, and sessions of roles under their trust policies. Source: AWS STS API Reference. */
import { defined } from "../../std/defined.ts";
import { roleArn } from "./authentication.ts";
import type { Call, Caller } from "./call.ts";
import { own, type Role } from "./model.ts";
import { type Answer, isoTime, type QueryParams } from "./query.ts";
import { issueSession, type SessionCredentials } from "./sessions.ts";
import { type TrustQuestion, trusts } from "./trust.ts";
import { AwsError } from "./wire.ts";

const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;

const denied = (caller: Caller, action: string, resource: string): AwsError =>
  new AwsError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
    403,
  );

/** A role's own ARN. */
export const arnOfRole = (accountId: string, role: Role): string => roleArn(accountId, role.path, role.name);

type World = Pick<Call, "store" | "clock" | "random">;

/** Credentials of a role's session. Asks nobody: the trust policy must have been asked before. */
const roleSession = (
  world: World,
  accountId: string,
  role: Role,
  sessionName: string,
  seconds: number,
): { credentials: SessionCredentials; caller: Omit<Caller, "accessKeyId"> } => {
  const caller = {
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    kind: "assumed-role" as const,
    principalArn: arnOfRole(accountId, role),
    principalId: role.id,
  };
  const expires = world.clock.now() + seconds * 1000;
  return { credentials: issueSession(world.store.state.sessionKey, world.random, caller, expires), caller };
};

/** A service of AWS that wants to take on a role for one of its machines or functions. */
export interface ServiceAsk {
  readonly accountId: string;
  readonly roleName: string;
  /** `ssm.amazonaws.com`, `ec2.amazonaws.com`, `lambda.amazonaws.com` … */
  readonly service: string;
  readonly sessionName: string;
  readonly sourceArn: string;
}

/** The role, when it exists and its trust policy admits the service. */
export const roleAdmitting = (world: Pick<World, "store">, ask: ServiceAsk): Role | undefined => {
  const role = own(own(world.store.state.accounts, ask.accountId)?.roles, ask.roleName);
  const question: TrustQuestion = {
    kind: "Service",
    names: new Set([ask.service]),
    principalId: "",
    action: "sts:AssumeRole",
    context: {
      "aws:sourceaccount": ask.accountId,
      "aws:sourcearn": ask.sourceArn,
      "sts:rolesessionname": ask.sessionName,
    },
  };
  return role && trusts(role.trust, role.trustIds, question) ? role : undefined;
};

/** Credentials of a session that a service makes, good for `seconds`. Throws `AccessDenied` when it is not admitted. */
export const serviceSession = (world: World, ask: ServiceAsk, seconds: number): SessionCredentials => {
  const role = roleAdmitting(world, ask);
  if (!role) {
    throw new AwsError("AccessDenied", `${ask.service} is not authorized to assume the role ${ask.roleName}`, 403);
  }
  return roleSession(world, ask.accountId, role, ask.sessionName, seconds).credentials;
};

const credentialsAnswer = (credentials: SessionCredentials): Answer => ({
  AccessKeyId: credentials.accessKeyId,
  SecretAccessKey: credentials.secretAccessKey,
  SessionToken: credentials.sessionToken,
  Expiration: isoTime(credentials.expires),
});

const duration = (params: QueryParams, most: number, usual: number): number => {
  const seconds = params.integer("DurationSeconds") ?? usual;
  if (seconds < 900) {
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    );
  }
  if (seconds > most) {
    throw new AwsError(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  return seconds;
};

/** Session policies are read, and limit nothing here. */
const checkPolicy = (params: QueryParams): void => {
  const text = params.text("Policy");
  if (text === undefined) return;
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError("MalformedPolicyDocument", "Syntax errors in policy.");
  }
};

const assumeRole = (call: Call, params: QueryParams): Answer => {
  const arn = params.required("RoleArn");
  const sessionName = params.matching("RoleSessionName", SESSION_NAME);
  checkPolicy(params);
  const match = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn);
  if (!match) throw new AwsError("ValidationError", `${arn} is invalid`);
  const [, accountId = "", name = ""] = match;
  const role = own(own(call.store.state.accounts, accountId)?.roles, name);
  const { caller } = call;
  if (caller.kind === "federated-user") throw denied(caller, "sts:AssumeRole", arn);
  const question: TrustQuestion = {
    kind: "AWS",
    names: new Set([
      caller.arn,
      caller.principalArn,
      caller.principalId,
      caller.accountId,
      `arn:aws:iam::${caller.accountId}:root`,
    ]),
    principalId: caller.principalId,
    action: "sts:AssumeRole",
    context: {
      "aws:principalarn": caller.principalArn,
      "aws:principalaccount": caller.accountId,
      "aws:userid": caller.userId,
      "sts:rolesessionname": sessionName,
      ...defined({ "sts:externalid": params.text("ExternalId") || undefined }),
    },
  };
  if (!role || arnOfRole(accountId, role) !== arn || !trusts(role.trust, role.trustIds, question)) {
    throw denied(caller, "sts:AssumeRole", arn);
  }
  const chained = caller.kind === "assumed-role";
  const seconds = duration(params, chained ? 3600 : role.maxSessionSeconds, 3600);
  const session = roleSession(call, accountId, role, sessionName, seconds);
  return {
    AssumedRoleUser: { AssumedRoleId: session.caller.userId, Arn: session.caller.arn },
    Credentials: credentialsAnswer(session.credentials),
  };
};

const isLongTerm = (caller: Caller): boolean => caller.kind === "user" && !caller.accessKeyId.startsWith("ASIA");

const getSessionToken = (call: Call, params: QueryParams): Answer => {
  if (!isLongTerm(call.caller)) {
    throw new AwsError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
  }
  const { accessKeyId: _, ...identity } = call.caller;
  const expires = call.clock.now() + duration(params, 129600, 43200) * 1000;
  return { Credentials: credentialsAnswer(issueSession(call.store.state.sessionKey, call.random, identity, expires)) };
};

const getFederationToken = (call: Call, params: QueryParams): Answer => {
  const name = params.matching("Name", /^[\w+=,.@-]{2,32}$/);
  checkPolicy(params);
  const { caller } = call;
  if (!isLongTerm(caller)) {
    throw new AwsError("AccessDenied", "Cannot call GetFederationToken with session credentials", 403);
  }
  const arn = `arn:aws:sts::${caller.accountId}:federated-user/${name}`;
  const userId = `${caller.accountId}:${name}`;
  const identity = { accountId: caller.accountId, arn, userId, principalArn: arn, principalId: userId };
  const expires = call.clock.now() + duration(params, 129600, 43200) * 1000;
  const session = issueSession(
    call.store.state.sessionKey,
    call.random,
    { ...identity, kind: "federated-user" },
    expires,
  );
  return { FederatedUser: { FederatedUserId: userId, Arn: arn }, Credentials: credentialsAnswer(session) };
};

/** STS operations by name. */
export const stsOperations: Readonly<Record<string, (call: Call, params: QueryParams) => Answer | Promise<Answer>>> = {
  GetCallerIdentity: ({ caller }) => ({ Arn: caller.arn, UserId: caller.userId, Account: caller.accountId }),
  AssumeRole: assumeRole,
  GetSessionToken: getSessionToken,
  GetFederationToken: getFederationToken,
  GetAccessKeyInfo: ({ store, caller }, params) => {
    const id = params.matching("AccessKeyId", /^\w{16,128}$/);
    const owner = Object.entries(store.state.accounts).find(([, account]) => own(account.accessKeys, id));
    return { Account: owner?.[0] ?? caller.accountId };
  },
};
