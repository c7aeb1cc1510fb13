import type { Core } from "../../../core/core.ts";
import type { AnyPath } from "../../../framework/index.ts";
import { assignmentPaths } from "./assignment-paths.ts";
import { authorizePaths } from "./authorize.ts";
import { clientPaths } from "./client-paths.ts";
import { documentPaths } from "./documents.ts";
import { exchangePaths } from "./exchange.ts";
import { identityTokenPaths } from "./identity-tokens.ts";
import { introspectionPaths } from "./introspection.ts";
import { issuerPaths } from "./issuer.ts";
import { keyPaths } from "./key-paths.ts";
import { providerPaths } from "./provider-paths.ts";
import { rolePaths } from "./role-paths.ts";
import { scopePaths } from "./scope-paths.ts";
import { userinfoPaths } from "./userinfo.ts";

/**
 * `identity/oidc/*`: this server as an issuer. It signs who an entity is, for systems that trust its keys, and logs
 * people in to applications by the code flow of OpenID Connect. It trusts `core/identity` for who somebody is and
 * operators for keys, roles and clients; it must never sign what a caller chose to say, sign for an issuer that a request
 * named, or give a private key to anybody.
 */
export const oidcPaths = (core: Core): readonly AnyPath[] => [
  ...issuerPaths(core),
  ...keyPaths,
  ...rolePaths,
  ...identityTokenPaths(core),
  ...introspectionPaths(core),
  ...documentPaths(core),
  ...scopePaths,
  ...assignmentPaths,
  ...clientPaths,
  ...providerPaths(core),
  ...authorizePaths,
  ...exchangePaths(core),
  ...userinfoPaths(core),
];
