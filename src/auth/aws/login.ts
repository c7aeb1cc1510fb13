import { type BackendContext, invalidRequest, type LoginGrant } from "../../framework/index.ts";
import { roleInBody } from "../../framework/login-role.ts";
import { checkSourceAddress } from "../../framework/token-params.ts";
import type { JsonObject } from "../../std/json.ts";
import { restateLater } from "../../std/restate.ts";
import { cut } from "../../std/shown.ts";
import { seconds } from "../../std/time.ts";
import { askAws } from "./ask.ts";
import { verifyInstance } from "./ec2-instance.ts";
import { verifyNode } from "./hybrid.ts";
import { identityConfig } from "./identity-config.ts";
import type { Machine } from "./inference.ts";
import { loginGrant } from "./login-grant.ts";
import { type LoginInput, loginType, readLogin } from "./login-request.ts";
import { Refusal, type Survey, surveyOf } from "./lookups.ts";
import type { Parts } from "./parts.ts";
import { isBound } from "./principals.ts";
import { findRole, namedRole, type Role } from "./roles.ts";
import { callerIdentity, type Identity } from "./sts-answer.ts";

/** A login from first check to grant. The order of the checks is Vault's, so that each failure has Vault's text. */

/** What rate limits count by: the role a login names. Without one it is the caller's name, which only AWS can tell. */
export const roleOf = async (path: string, body: JsonObject): Promise<string | undefined> =>
  path === "login" ? roleInBody(body) : undefined;

const findFor = (cx: BackendContext, given: string | undefined): Promise<Role | undefined> =>
  given ? findRole(cx.storage, namedRole(given)) : Promise.resolve(undefined);

const checkPrincipal = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<void> => {
  const failed = `error looking up full ARN of entity ${identity.canonicalArn} when attempting login for role "${cut(name)}"`;
  const bound = await restateLater(
    Refusal,
    (cause) => invalidRequest(cause.message),
    () => askAws(failed, () => isBound(survey, role, name, identity)),
  );
  if (bound) return;
  throw invalidRequest(`IAM Principal ${JSON.stringify(identity.arn)} does not belong to the role "${cut(name)}"`);
};

const inferNode = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<Machine> => {
  const failed = `failed to verify ${identity.principal.session || identity.principal.name} as an SSM managed instance`;
  return restateLater(
    Refusal,
    (cause) => invalidRequest(cause.kind === "bound" ? cause.message : `${failed}: ${cause.message}`),
    () => askAws(failed, () => verifyNode(survey, role, name, identity)),
  );
};

const inferInstance = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<Machine> => {
  const session = identity.principal.session || identity.principal.name;
  const failed = `failed to verify ${session} as a valid EC2 instance in region ${role.inferred_aws_region[0]}`;
  return restateLater(
    Refusal,
    (cause) => invalidRequest(`${cause.kind === "bound" ? "error validating instance" : failed}: ${cause.message}`),
    () => askAws(failed, () => verifyInstance(survey, role, name, identity)),
  );
};

const infer = async (survey: Survey, role: Role, name: string, identity: Identity): Promise<Machine | undefined> => {
  if (role.inferred_entity_type === "ssm_managed_instance") return inferNode(survey, role, name, identity);
  return role.inferred_entity_type === "ec2_instance" ? inferInstance(survey, role, name, identity) : undefined;
};

/**
 * Throws `invalid_request` for a caller who may not, `upstream_failed` when AWS cannot be asked; grants nothing else.
 */
export const login = async (parts: Parts, input: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  // loaded when an instance first logs in: its certificates and its parser are large
  if (loginType(input) === "ec2") return (await import("./ec2/login.ts")).loginEc2(parts, input, cx);
  const survey = await surveyOf(parts.lookups, cx);
  const { config, now } = survey;
  const signed = readLogin(input, config, parts.partition, now);

  const [identity, named] = await Promise.all([
    callerIdentity(parts.sts, signed.request, parts.partition),
    findFor(cx, input.role),
  ]);
  const name = input.role || identity.principal.name;
  const role = input.role ? named : await findFor(cx, name);
  if (!role) throw invalidRequest(`entry for role ${cut(name)} not found`);
  checkSourceAddress(role, cx.sourceAddress);
  if (role.auth_type !== "iam") throw invalidRequest(`auth method iam not allowed for role ${cut(name)}`);

  await checkPrincipal(survey, role, name, identity);
  const machine = await infer(survey, role, name, identity);
  if (survey.scopes.size > 0) parts.accounts.remember(cx.storage, name, identity.principal.account);
  const shown = await identityConfig(cx.storage);
  return {
    ...loginGrant({ name, role, identity, machine, shown }),
    role: name,
    once: { value: signed.once, window: seconds(config.replay_window) },
  };
};
