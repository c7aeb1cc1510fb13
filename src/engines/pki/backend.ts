import { type Backend, defineBackend } from "../../framework/index.ts";
import { seconds } from "../../std/time.ts";
import { acmePaths } from "./acme/paths.ts";
import { tidyAcme } from "./acme/tidy.ts";
import { authorityPaths } from "./authorities/paths.ts";
import { certificateLeases } from "./issuing/leases.ts";
import { issuingPaths } from "./issuing/paths.ts";
import { revokingPaths } from "./revoking/paths.ts";
import { revokingSignals, revokingWork } from "./revoking/schedule.ts";
import { type TidyTasks, tidyIssuers } from "./revoking/tidy/tasks.ts";

/**
 * Certificate authorities, the backend `pki`. It trusts core to have checked the caller, and operators to have meant
 * their roles and issuers. It must never show a private key but once to the caller who asked for it to be exported,
 * certify what a role does not allow, or use an issuer beyond its usages. It connects to nothing. `README.md` has the
 * paths.
 */

/** What tidying does beyond certificates and revocations. */
const TASKS: TidyTasks = { issuers: tidyIssuers, acme: tidyAcme };

/** Lists are looked at this often: the shortest time that settings can mean. */
const LISTS = seconds(60);

/** The `pki` secrets engine. */
export const pkiEngine: Backend = defineBackend({
  kind: "secret",
  type: "pki",
  help: "Makes and runs certificate authorities: issues, signs and revokes certificates.",
  paths: [...authorityPaths, ...issuingPaths, ...revokingPaths(TASKS), ...acmePaths],
  signals: revokingSignals,
  periodic: { every: LISTS, run: revokingWork(TASKS) },
  leases: certificateLeases,
});
