import { type BackendContext, invalidRequest, type VaultError } from "../../framework/index.ts";
import { cut, shown } from "../../std/shown.ts";
import { formatDuration, seconds } from "../../std/time.ts";
import { startBudget } from "./budget.ts";
import type { CredsInput, CredsReply } from "./creds-shapes.ts";
import { told } from "./failure.ts";
import { groupPolicies } from "./group-policies.ts";
import { WORK_MS } from "./limits.ts";
import { combinePolicies } from "./policy-document.ts";
import type { Aws, Scope, Session, SessionLimits, Sts } from "./ports.ts";
import { type RootConfig, readRoot, scopeOf } from "./root-config.ts";
import { isMfaCode } from "./shapes.ts";
import type { Role } from "./stored-role.ts";
import { makeName, safeName } from "./usernames.ts";

/**
 * Credentials of STS: sessions that AWS ends by itself. Their lease lasts as long as they do, is never renewed, and
 * revoking it does nothing at AWS, which has no way to end a session early.
 */

type SessionType = "assumed_role" | "federation_token" | "session_token";

export interface SessionAsk {
  readonly type: SessionType;
  readonly name: string;
  readonly role: Role;
  readonly input: CredsInput;
}

const USUAL_SECONDS = 3600;
/** What AWS allows, in seconds. Source: AWS STS API Reference, `DurationSeconds`. */
const SHORTEST = 900;
const LONGEST: Readonly<Record<SessionType, number>> = {
  assumed_role: 43_200,
  federation_token: 129_600,
  session_token: 129_600,
};
/** A role that was taken on by a role ends within the hour. */
const CHAINED_SECONDS = 3600;

const said = (value: number): string => formatDuration(seconds(value));

/** How long the session is to last: as asked, at most what role and mount allow. */
const wanted = ({ role, input }: SessionAsk, cx: BackendContext): number => {
  const asked = input.ttl || role.default_sts_ttl || USUAL_SECONDS;
  const most = Math.min(role.max_sts_ttl > 0 ? role.max_sts_ttl : cx.mount.maxTtl, cx.mount.maxTtl);
  return Math.min(asked, most);
};

const checkLength = (type: SessionType, length: number): void => {
  if (length < SHORTEST)
    throw invalidRequest(`ttl of ${said(length)} is too short: AWS makes no session shorter than ${said(SHORTEST)}`);
  if (length > LONGEST[type])
    throw invalidRequest(`ttl of ${said(length)} is too long: AWS allows ${said(LONGEST[type])} for ${type}`);
};

const needsKeys = (type: SessionType): VaultError =>
  invalidRequest(
    `${type} credentials need access_key and secret_key in config/root: AWS makes none for a role such as the server's own`,
  );

/** Which role to assume. Throws `invalid_request` with Vault's texts. */
const roleArnOf = ({ name, role, input }: SessionAsk): string => {
  const allowed = role.role_arns ?? [];
  const [only] = allowed;
  if (!input.role_arn) {
    if (allowed.length === 1 && only !== undefined) return only;
    throw invalidRequest("did not supply a role_arn parameter and unable to determine one");
  }
  if (allowed.includes(input.role_arn)) return input.role_arn;
  throw invalidRequest(`role_arn ${shown(input.role_arn)} not in allowed role arns for Vault role ${shown(name)}`);
};

const limitsOf = async (aws: Aws, scope: Scope, { role }: SessionAsk, cx: BackendContext): Promise<SessionLimits> => {
  const groups = role.iam_groups ?? [];
  if (groups.length === 0) return { policy: role.policy_document, policyArns: role.policy_arns ?? [] };
  const found = await told("Error reading the policies of iam_groups", () =>
    groupPolicies(aws.iam(scope, startBudget(cx.clock, WORK_MS)), groups),
  );
  return {
    policy:
      found.documents.length === 0
        ? role.policy_document
        : combinePolicies([...found.documents, ...(role.policy_document === "" ? [] : [role.policy_document])]),
    policyArns: [...(role.policy_arns ?? []), ...found.arns],
  };
};

interface Work {
  readonly ask: SessionAsk;
  readonly sts: Sts;
  readonly config: RootConfig;
  readonly length: number;
  readonly limits: () => Promise<SessionLimits>;
}

const nameFor = (config: RootConfig, Type: "IAM" | "STS", name: string, cx: BackendContext): string =>
  makeName(config.username_template, { Type, DisplayName: cx.caller?.displayName ?? "", PolicyName: name }, cx);

const sessionName = ({ ask, config }: Work, cx: BackendContext): string => {
  const given = ask.input.role_session_name;
  const name = given ? safeName(given).slice(0, 64) : nameFor(config, "IAM", ask.name, cx);
  if (name.length < 2) throw invalidRequest("role_session_name must have at least 2 characters");
  return name;
};

const make: Readonly<Record<SessionType, (work: Work, cx: BackendContext) => Promise<Session>>> = {
  assumed_role: async (work, cx) => {
    const { role } = work.ask;
    const ask = {
      ...(await work.limits()),
      roleArn: roleArnOf(work.ask),
      sessionName: sessionName(work, cx),
      seconds: work.length,
      tags: role.session_tags ?? {},
      externalId: role.external_id,
    };
    return told("Error assuming role", () => work.sts.assumeRole(ask));
  },
  federation_token: async (work, cx) => {
    const limits = await work.limits();
    // Without a limit the session could do all that the root key can.
    if (limits.policy === "" && limits.policyArns.length === 0)
      throw invalidRequest(
        "must specify at least one of policy_arns or policy_document with federation_token credential_type",
      );
    const name = nameFor(work.config, "STS", work.ask.name, cx);
    return told("Error generating STS keys", () => work.sts.federationToken({ ...limits, name, seconds: work.length }));
  },
  session_token: async (work) => {
    const { mfa_serial_number: serial } = work.ask.role;
    const { mfa_code: code } = work.ask.input;
    if (code && !isMfaCode(code)) throw invalidRequest("mfa_code must be six digits");
    if (code && serial === "")
      throw invalidRequest(`mfa_code was given, but role ${cut(work.ask.name)} names no MFA device`);
    const mfa = code ? { serial, code } : undefined;
    return told("Error generating STS keys", () => work.sts.sessionToken({ seconds: work.length, mfa }));
  },
};

/** The length, and what the caller is told about it. */
const lengthFor = async (aws: Aws, scope: Scope, ask: SessionAsk, cx: BackendContext) => {
  const length = wanted(ask, cx);
  const session =
    scope.keys === undefined && (await told("Error finding the server's own credentials", aws.ownSession));
  if (session && ask.type !== "assumed_role") throw needsKeys(ask.type);
  const chained = session && length > CHAINED_SECONDS;
  checkLength(ask.type, chained ? CHAINED_SECONDS : length);
  return {
    length: chained ? CHAINED_SECONDS : length,
    warnings: chained
      ? [
          `TTL of ${said(length)} was cut to ${said(CHAINED_SECONDS)}: a role assumed by the server's own role ends then`,
        ]
      : [],
  };
};

/** Throws with Vault's texts. */
export const issueSession = async (aws: Aws, ask: SessionAsk, cx: BackendContext): Promise<CredsReply> => {
  const config = await readRoot(cx.storage);
  const scope = scopeOf(config, aws.region);
  const { length, warnings } = await lengthFor(aws, scope, ask, cx);
  const sts = aws.sts(scope, startBudget(cx.clock, WORK_MS));
  const session = await make[ask.type]({ ask, sts, config, length, limits: () => limitsOf(aws, scope, ask, cx) }, cx);
  // AWS cuts its times to seconds. Where it was slow, or the clocks differ, the shorter time counts.
  const ttl = Math.max(1, Math.min(length, Math.ceil((session.expires - cx.clock.now()) / 1000)));
  const lease = await cx.pend({
    type: "sts",
    ttl: seconds(ttl),
    maxTtl: seconds(ttl),
    renewable: false,
    internal: { role: ask.name, type: ask.type },
  });
  const { accessKey, secretKey, sessionToken, arn } = session;
  const data = {
    access_key: accessKey,
    secret_key: secretKey,
    security_token: sessionToken,
    session_token: sessionToken,
    ...(arn === undefined ? {} : { arn }),
    ttl,
  };
  return { data, lease, ...(warnings.length === 0 ? {} : { warnings }) };
};
