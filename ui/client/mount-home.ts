import { hrefOf } from "../routes.ts";
import { kvVersionOf } from "./kv.ts";
import type { MountShown } from "./session.ts";

/** Where the page of a mount is: its folders, its credentials, or the forms of its paths. */

const WITH_CREDENTIALS = new Set(["database", "aws"]);
/** Not for secrets: what they hold has pages of its own. */
const OWN_PAGES = new Set(["system", "identity"]);

export const holdsSecrets = ({ type }: MountShown): boolean => !OWN_PAGES.has(type);

export const homeOfMount = (mount: MountShown): string => {
  if (kvVersionOf(mount)) return hrefOf("browse", mount.path);
  return hrefOf(WITH_CREDENTIALS.has(mount.type) ? "credentials" : "api", mount.path);
};
