import type { Acl } from "./compile.ts";
import { rulesAt } from "./decide.ts";
import type { Folding } from "./folding.ts";
import { CAPABILITY_BITS, capabilityNames } from "./policy.ts";
import { canonicalPath, ruleFor, ruleForList } from "./select.ts";

/**
 * The capabilities a token has on a path, in alphabetical order: `["root"]` for a root token, `["deny"]` where nothing
 * is granted. A path that ends in a slash is decided as a LIST. Parameter and wrapping limits and the need
 * for sudo play no part. Source: https://developer.hashicorp.com/vault/api-docs/system/capabilities
 */
export const capabilitiesOf = (acl: Acl, path: string, folding?: Folding): readonly string[] => {
  if (acl.root) return ["root"];
  const canonical = canonicalPath(path);
  const list = canonical.endsWith("/");
  const rules = rulesAt(acl, canonical, list, folding);
  const rule = list ? ruleForList(rules, canonical) : ruleFor(rules, canonical);
  const granted = rule === undefined ? 0 : rule.capabilities;
  return granted === 0 || (granted & CAPABILITY_BITS.deny) !== 0 ? ["deny"] : capabilityNames(granted);
};
