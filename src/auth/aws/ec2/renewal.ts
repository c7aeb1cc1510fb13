import { z } from "zod";
import {
  type BackendContext,
  invalidRequest,
  type LoginGrant,
  type LoginRenewal,
  VaultError,
} from "../../../framework/index.ts";
import { restateLater } from "../../../std/restate.ts";
import { change } from "../../../storage/change.ts";
import { type Lookups, surveyOf } from "../lookups.ts";
import { findRole, namedRole } from "../roles.ts";
import { AccessEntry, accessAddress } from "./access-list.ts";
import { judge } from "./judge.ts";
import { tokenFor } from "./login.ts";
import { longestLife } from "./tagged-role.ts";
import { ACCESS_LIST, countsStill } from "./tidy.ts";

/**
 * Renewal of a token that was given for an identity document: the instance must still run and satisfy the role as it is
 * now, its role tag included, and the entry that the login made must still be on the access list.
 */

const kept = z.object({
  role_name: z.string().min(1),
  role_id: z.string(),
  account_id: z.string(),
  region: z.string(),
  instance_id: z.string(),
  entry_made: z.number(),
});

const refuse = (text: string): VaultError => invalidRequest(text, { multi: true });

/** Extends the entry, if it is the one of this token's login. */
const extend = async (instanceId: string, made: number, life: number, cx: BackendContext): Promise<void> => {
  const now = cx.clock.now();
  const counts = await countsStill(cx.storage, ACCESS_LIST, now);
  await change<void>(
    cx.storage,
    accessAddress(cx.storage, instanceId),
    (stored) => {
      const entry = stored && AccessEntry.parse(stored.body);
      if (!entry || entry.creation_time !== made || !counts(entry))
        throw refuse(`failed to verify the access list identity entry for instance ID: "${instanceId}"`);
      const body: AccessEntry = { ...entry, expiration_time: now + life, last_updated_time: now };
      return { op: "put", body, result: undefined };
    },
    { around: (write) => cx.crash("ec2-renewal.access-list", write) },
  );
};

/** As renewals refuse: in the list form that token paths answer with. */
const inListForm = (cause: VaultError): VaultError =>
  cause.code === "invalid_request" && cause.wire !== undefined ? refuse(cause.wire) : cause;

/** The grant according to the role as it is now. Throws to refuse; the token then lives until its end. */
export const renewEc2 = async (lookups: Lookups, login: LoginRenewal, cx: BackendContext): Promise<LoginGrant> => {
  const known = kept.safeParse(login.internal);
  if (!known.success) throw refuse("unable to fetch instance ID from metadata during renewal");
  const { role_name, role_id, account_id: account, region, instance_id: instanceId, entry_made } = known.data;
  const name = namedRole(role_name);
  const [role, survey] = await Promise.all([findRole(cx.storage, name), surveyOf(lookups, cx)]);
  // a role created again under the same name is another role
  if (role?.role_id !== role_id || role.auth_type !== "ec2") throw refuse("role entry not found");
  const tag = await restateLater(VaultError, inListForm, () =>
    judge(
      { survey, role, name, place: { account, region, instanceId } },
      `failed to verify instance ID "${instanceId}"`,
    ),
  );
  await extend(instanceId, entry_made, longestLife(role, tag, cx), cx);
  return {
    displayName: "",
    token: tokenFor(role, tag),
    metadata: login.metadata,
    internal: login.internal,
    renewable: true,
  };
};
