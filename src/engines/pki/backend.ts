import { type Backend, defineBackend } from "../../framework/index.ts";
import { authorityPaths } from "./authorities/paths.ts";
import { certificateLeases } from "./issuing/leases.ts";
import { issuingPaths } from "./issuing/paths.ts";

/**
 * Certificate authorities, the backend `pki`. It trusts core to have checked the caller, and operators to have meant
 * their roles and issuers. It must never show a private key but once to the caller who asked for it to be exported,
 * certify what a role does not allow, or use an issuer beyond its usages. It connects to nothing. `README.md` has the
 * paths.
 */

/** The `pki` secrets engine. */
export const pkiEngine: Backend = defineBackend({
  kind: "secret",
  type: "pki",
  help: "Makes and runs certificate authorities: issues, signs and revokes certificates.",
  paths: [...authorityPaths, ...issuingPaths],
  leases: certificateLeases,
});
