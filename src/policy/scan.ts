import type { Acl } from "./compile.ts";
import { CAPABILITY_BITS } from "./policy.ts";
import { denies } from "./rule.ts";
import { canonicalPath, listSpellings, matchingRules, ruleForList } from "./select.ts";

/**
 * Whether a recursive listing of `root` leaves out a folder below it. It does where the folder's rule denies, and where
 * a rule of the folder's own, which does not speak for `root`, leaves it without `scan`: a wide grant never reaches past
 * a narrower rule, as with LIST. OpenBao filters nothing unless `list_scan_response_keys_filter_path` asks for it.
 */
export const scanLeavesOut = (acl: Acl, root: string, folder: string): boolean => {
  if (acl.root) return false;
  const rule = ruleForList(acl, canonicalPath(folder));
  if (
    rule === undefined ||
    (rule.capabilities & (CAPABILITY_BITS.scan | CAPABILITY_BITS.deny)) === CAPABILITY_BITS.scan
  )
    return false;
  if (denies(rule)) return true;
  return !matchingRules(acl, listSpellings(canonicalPath(root))).some(({ pattern }) => pattern === rule.pattern);
};
