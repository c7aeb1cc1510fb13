import { type BackendContext, invalidRequest, type LoginGrant, type TokenParams } from "../../../framework/index.ts";
import { checkSourceAddress, tokenParams } from "../../../framework/token-params.ts";
import { uuid } from "../../../std/random.ts";
import { cut } from "../../../std/shown.ts";
import { formatDuration, seconds } from "../../../std/time.ts";
import { change } from "../../../storage/change.ts";
import { type IdentityConfig, identityConfig } from "../identity-config.ts";
import type { LoginInput } from "../login-request.ts";
import { surveyOf } from "../lookups.ts";
import type { Parts } from "../parts.ts";
import { partitionOf } from "../regions.ts";
import { findRole, namedRole, type Role } from "../roles.ts";
import { AccessEntry, accessAddress, admit } from "./access-list.ts";
import { pinnedCertificates } from "./certificate-config.ts";
import type { IdentityDocument } from "./document.ts";
import { judge } from "./judge.ts";
import { readProof } from "./proof.ts";
import type { RoleTag } from "./role-tag.ts";
import { verifiedDocument } from "./signature.ts";
import { longestLife } from "./tagged-role.ts";
import { ACCESS_LIST, countsStill } from "./tidy.ts";

/**
 * A login with an instance identity document, from its signature to the grant. The order of the checks is Vault's, so
 * that each failure has Vault's text.
 *
 * Security: the entry in the access list is written before the token is made, in one conditional write. Of two first
 * logins at once one wins, and the other is a second login. A program that dies in between leaves an entry without a
 * token, never a token without an entry.
 */

/** How far a document may be ahead of our clock. */
const MOST_AHEAD_MS = 4 * 60_000;

const documentOf = async (parts: Parts, input: LoginInput, cx: BackendContext): Promise<IdentityDocument> => {
  const now = cx.clock.now();
  const proof = readProof(input);
  const document = verifiedDocument(proof, await pinnedCertificates(cx.storage, proof.use), now);
  if (partitionOf(document.region) !== parts.partition)
    throw invalidRequest(`instances in region ${document.region} cannot be asked about from here`);
  if (Date.parse(document.pendingTime) > now + MOST_AHEAD_MS)
    throw invalidRequest("instance identity document is of a time to come; check the server's clock");
  return document;
};

const roleFor = async (name: string, cx: BackendContext): Promise<Role> => {
  const role = await findRole(cx.storage, name);
  if (!role) throw invalidRequest(`entry for role "${cut(name)}" not found`);
  checkSourceAddress(role, cx.sourceAddress);
  if (role.auth_type !== "ec2") throw invalidRequest(`auth method ec2 not allowed for role ${cut(name)}`);
  return role;
};

interface Passed {
  readonly name: string;
  readonly role: Role;
  readonly tag: RoleTag | undefined;
  readonly document: IdentityDocument;
}

const enter = async ({ name, role, tag, document }: Passed, nonce: string | undefined, cx: BackendContext) => {
  const now = cx.clock.now();
  const counts = await countsStill(cx.storage, ACCESS_LIST, now);
  const attempt = {
    role: name,
    nonce,
    pendingTime: document.pendingTime,
    allowMigration: role.allow_instance_migration,
    disallow: role.disallow_reauthentication || tag?.disallowReauthentication === true,
    maxAge: role.max_document_age,
    now,
    expires: now + longestLife(role, tag, cx),
  };
  return change(
    cx.storage,
    accessAddress(cx.storage, document.instanceId),
    (stored) => {
      const entry = stored && AccessEntry.parse(stored.body);
      const admitted = admit(entry && counts(entry) ? entry : undefined, attempt, () => uuid(cx.random));
      return { op: "put", body: admitted.entry, result: admitted };
    },
    { around: (write) => cx.crash("ec2-login.access-list", write) },
  );
};

const facts = ({ accountId, imageId, instanceId, region }: IdentityDocument) =>
  ({ account_id: accountId, ami_id: imageId, auth_type: "ec2", instance_id: instanceId, region }) as const;

const aliasName = (config: IdentityConfig, { role, document }: Passed): string => {
  switch (config.ec2_alias) {
    case "role_id":
      return role.role_id;
    case "instance_id":
      return document.instanceId;
    case "image_id":
      return document.imageId;
  }
};

/** The role's parameters, cut by the tag: its policies instead of the role's, and the shorter life of the two. */
export const tokenFor = (role: Role, tag: RoleTag | undefined): TokenParams => {
  const params = tokenParams(role);
  const lives = [role.token_max_ttl, tag?.maxTtl ?? 0].filter((life) => life > 0);
  const policies = tag && tag.policies.length > 0 ? tag.policies : params.policies;
  return { ...params, policies, maxTtl: seconds(lives.length > 0 ? Math.min(...lives) : 0) };
};

/** Throws `invalid_request` for a caller who may not, `upstream_failed` when AWS cannot be asked. */
export const loginEc2 = async (parts: Parts, input: LoginInput, cx: BackendContext): Promise<LoginGrant> => {
  const document = await documentOf(parts, input, cx);
  const name = namedRole(input.role || document.imageId);
  const role = await roleFor(name, cx);
  const survey = await surveyOf(parts.lookups, cx);
  const place = { account: document.accountId, region: document.region, instanceId: document.instanceId };
  const tag = await judge({ survey, role, name, place }, "failed to verify instance ID");
  const passed: Passed = { name, role, tag, document };
  const { entry, shown } = await enter(passed, input.nonce, cx);
  parts.accounts.remember(cx.storage, name, document.accountId);

  const identity = await identityConfig(cx.storage);
  const known = facts(document);
  const chosen = Object.fromEntries(identity.ec2_metadata.map((fact) => [fact, known[fact]]));
  return {
    displayName: "",
    token: tokenFor(role, tag),
    metadata: { role_tag_max_ttl: formatDuration(seconds(tag?.maxTtl ?? 0)), role: name, ...chosen },
    shownOnce: shown === undefined ? undefined : { nonce: shown },
    alias: { name: aliasName(identity, passed), metadata: chosen },
    role: name,
    internal: {
      auth_type: "ec2",
      role_name: name,
      role_id: role.role_id,
      account_id: document.accountId,
      region: document.region,
      instance_id: document.instanceId,
      entry_made: entry.creation_time,
    },
    renewable: true,
  };
};
