/** IAM: roles with their trust policies, users with keys, instance profiles. Speaks the query protocol. */
import type { QueryOperation } from "../operation.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { policyOperations } from "./policies.ts";
import { roleOperations } from "./roles.ts";
import { userOperations } from "./users.ts";

export const iamOperations: Readonly<Record<string, QueryOperation>> = {
  ...roleOperations,
  ...userOperations,
  ...policyOperations,
  ...instanceProfileOperations,
};
