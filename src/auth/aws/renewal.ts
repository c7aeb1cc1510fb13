import { z } from "zod";
import {
  type BackendContext,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  type VaultError,
} from "../../framework/index.ts";
import { tokenParams } from "../../framework/token-params.ts";
import { restateLater } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { canonicalArn, parseArn } from "./arn.ts";
import { askAws } from "./ask.ts";
import { verifyInstance } from "./ec2-instance.ts";
import { verifyNode } from "./hybrid.ts";
import { type Lookups, Refusal, type Survey, surveyOf } from "./lookups.ts";
import { isBound } from "./principals.ts";
import { findRole, namedRole, type Role } from "./roles.ts";
import type { Identity } from "./sts-answer.ts";

/**
 * Renewal of a token this method made: the role as it is now must still be bound to the caller, and an inferred machine
 * must still be there. STS is not asked again, because there is no new signature; what ends a principal early is its
 * binding, its machine, or the token's maximum life. Tokens given for an identity document are `ec2/renewal.ts`'s.
 */

const kept = z.object({
  role_name: z.string().min(1),
  role_id: z.string(),
  client_arn: z.string(),
  client_user_id: z.string(),
  inferred_entity_id: z.string(),
});
type Kept = z.output<typeof kept>;

const refuse = (text: string): VaultError => invalidRequest(text, { multi: true });

const identityOf = (login: Kept): Identity => {
  const principal = parseArn(login.client_arn);
  return {
    arn: login.client_arn,
    principal,
    canonicalArn: canonicalArn(principal),
    uniqueId: login.client_user_id,
  };
};

const checkMachine = async (survey: Survey, role: Role, login: Kept): Promise<void> => {
  if (role.inferred_entity_type === "") return;
  const id = login.inferred_entity_id;
  if (id === "") throw refuse('"inferred_entity_id" not found in auth metadata');
  const failed = `failed to verify instance ID "${id}"`;
  const verify = role.inferred_entity_type === "ec2_instance" ? verifyInstance : verifyNode;
  await restateLater(
    Refusal,
    (cause) => refuse(`${failed}: ${cause.message}`),
    () => askAws(failed, () => verify(survey, role, login.role_name, identityOf(login))),
  );
};

const checkPrincipal = async (survey: Survey, role: Role, login: Kept): Promise<void> => {
  const identity = identityOf(login);
  const unbound = `role "${login.role_name}" no longer bound to ARN "${identity.canonicalArn}"`;
  const bound = await restateLater(
    Refusal,
    (cause) => invalidRequest(unbound, { multi: true, reason: cause.message }),
    () => askAws(unbound, () => isBound(survey, role, login.role_name, identity)),
  );
  if (!bound) throw refuse(unbound);
};

/** The grant according to the role as it is now. Throws to refuse; the token then lives until its end. */
export const renewLogin = async (lookups: Lookups, login: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  if (login.internal["auth_type"] === "ec2") return (await import("./ec2/renewal.ts")).renewEc2(lookups, login, cx);
  const known = kept.safeParse(login.internal);
  if (!known.success) throw refuse("error retrieving role_name during renewal");
  const [role, survey] = await Promise.all([
    findRole(cx.storage, namedRole(known.data.role_name)),
    surveyOf(lookups, cx),
  ]);
  // a role created again under the same name is another role
  if (role?.role_id !== known.data.role_id) throw refuse("role entry not found");
  if (role.auth_type !== "iam") throw refuse(`unrecognized auth_type: ${shown(role.auth_type)}`);
  await checkMachine(survey, role, known.data);
  await checkPrincipal(survey, role, known.data);
  const { principal } = identityOf(known.data);
  return {
    displayName: principal.session ? `${principal.name}/${principal.session}` : principal.name,
    token: tokenParams(role),
    metadata: login.metadata,
    internal: login.internal,
    renewable: true,
  };
};
