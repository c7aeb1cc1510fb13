import type { JsonObject } from "./api.ts";
import { textsIn, trueIn } from "./read-json.ts";

/** What the tokens of a user or role of an auth method get, `default` among them; `policies` is its older name. */
export const tokenPoliciesIn = (data: JsonObject): readonly string[] => {
  const given = [...textsIn(data, "token_policies"), ...textsIn(data, "policies")];
  return [...new Set([...given, ...(trueIn(data, "token_no_default_policy") ? [] : ["default"])])];
};
