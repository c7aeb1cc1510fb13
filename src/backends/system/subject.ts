import type { Core } from "../../core/core.ts";
import { findEntity } from "../../core/identity/find.ts";
import type { EntityView } from "../../core/identity/types.ts";
import { identityPoliciesOf } from "../../core/tokens/know.ts";
import type { KnownToken, Token } from "../../core/tokens/types.ts";
import { invalidRequest } from "../../framework/index.ts";
import type { Acl } from "../../policy/index.ts";

/** Whose rights are asked about: a token's policies together with those of its entity, as of now. */
export interface Subject {
  readonly acl: Acl;
  /** The names of all policies in effect. */
  readonly policies: readonly string[];
}

export const subjectOf = async (
  core: Core,
  policies: readonly string[],
  entity: EntityView | undefined,
): Promise<Subject> => ({ acl: await core.policies.acl(policies, entity), policies });

export const callersSubject = (core: Core, known: KnownToken): Promise<Subject> =>
  subjectOf(core, known.policies, known.entity);

/** Throws 400 `invalid token` for a token whose entity is gone or disabled: it could not be used either. */
export const tokensSubject = async (core: Core, token: Token | undefined): Promise<Subject> => {
  const invalid = invalidRequest("invalid token", { multi: true });
  if (!token) throw invalid;
  if (token.entityId === "") return subjectOf(core, token.policies, undefined);
  const entity = await findEntity(core, token.entityId);
  if (!entity || entity.disabled) throw invalid;
  return subjectOf(core, [...new Set([...token.policies, ...identityPoliciesOf(token, entity)])].sort(), entity);
};

/** By accessor. Throws Vault's `missing accessor` and `invalid accessor`. */
export const accessorsSubject = async (core: Core, accessor: string | undefined): Promise<Subject> => {
  if (accessor === undefined || accessor === "") throw invalidRequest("missing accessor");
  const token = await core.tokens.byAccessor(accessor);
  if (!token) throw invalidRequest("invalid accessor", { multi: true });
  return tokensSubject(core, token);
};
