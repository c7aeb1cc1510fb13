import type { AwsAuthParts } from "./auth/aws/backend.ts";
import { awsAuth } from "./auth/aws/backend.ts";
import type { CatalogRow } from "./core/catalog.ts";
import { kvV1, kvV2 } from "./engines/kv/backend.ts";

/**
 * The one list of secrets engines and auth methods. Adding one is a folder and a row here; removing both leaves
 * everything compiling. `home` is the function of a deployment that runs it.
 */

/** What backends need of the outside world. */
export interface BackendParts {
  readonly aws: AwsAuthParts;
}

export const builtInRows = (parts: BackendParts): readonly CatalogRow[] => [
  {
    kind: "secret",
    type: "kv",
    home: "kv",
    make: (options) => (options["version"] === "2" ? kvV2() : kvV1()),
  },
  { kind: "auth", type: "aws", home: "login", make: () => awsAuth(parts.aws) },
];
