import { z } from "zod";
import type { Address, View } from "../../storage/store.ts";

/** A role as it is kept: `role/<name>` of the mount. */

/** Lists and maps that were never written are `null`, and are shown as that. */
const texts = z.array(z.string()).nullable();
const pairs = z.record(z.string(), z.string()).nullable();
export const StoredRole = z.object({
  credential_types: z.array(z.string()),
  role_arns: texts,
  policy_arns: texts,
  /** JSON text without white space; `""`: none. */
  policy_document: z.string(),
  iam_groups: texts,
  iam_tags: pairs,
  session_tags: pairs,
  external_id: z.string(),
  /** Seconds; 0: none. */
  default_sts_ttl: z.number(),
  max_sts_ttl: z.number(),
  user_path: z.string(),
  permissions_boundary_arn: z.string(),
  mfa_serial_number: z.string(),
  /** Written with the parameters of long ago: `creds/` and `sts/` are not interchangeable then. */
  legacy: z.boolean(),
});
export type Role = z.output<typeof StoredRole>;

export const NEW_ROLE: Role = {
  credential_types: [],
  role_arns: null,
  policy_arns: null,
  policy_document: "",
  iam_groups: null,
  iam_tags: null,
  session_tags: null,
  external_id: "",
  default_sts_ttl: 0,
  max_sts_ttl: 0,
  user_path: "",
  permissions_boundary_arn: "",
  mfa_serial_number: "",
  legacy: false,
};

export const roleAddress = (view: View, name: string): Address => view.at(`role/${name}`);

export const readRole = async (view: View, name: string): Promise<Role | undefined> => {
  const entry = await view.get(roleAddress(view, name));
  return entry && StoredRole.parse(entry.body);
};
