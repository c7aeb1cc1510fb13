/** IAM: roles with their trust policies, users with keys, groups, instance profiles. Speaks the query protocol. */
import type { QueryOperation } from "../operation.ts";
import { groupOperations } from "./groups.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";
import { signInOperations } from "./sign-in.ts";
import { userOperations } from "./users.ts";

export const iamOperations: Readonly<Record<string, QueryOperation>> = {
  ...roleOperations,
  ...userOperations,
  ...groupOperations,
  ...signInOperations,
  ...policyOperations,
  ...instanceProfileOperations,
};
