/** KMS: keys whose material never leaves, encryption contexts enforced. Speaks JSON 1.1, target `TrentService`. */
import { aliasOperations } from "./aliases.ts";
import { cryptographicOperations } from "./cryptography.ts";
import type { KmsOperation } from "./keys.ts";
import { lifecycleOperations } from "./lifecycle.ts";

export const kmsOperations: Readonly<Record<string, KmsOperation>> = {
  ...lifecycleOperations,
  ...aliasOperations,
  ...cryptographicOperations,
};
