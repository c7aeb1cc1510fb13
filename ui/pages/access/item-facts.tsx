import type { Json, JsonObject } from "../../client/api.ts";
import { tokenPoliciesIn } from "../../client/token-policies.ts";
import { durationText, Fact, Facts, Visible } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import { PolicyTags } from "./person-facts.tsx";

/** What a method keeps of a user or role, as it names it; older names of the same field are left out. */

const OLDER = new Set(["policies", "ttl", "max_ttl", "period", "num_uses", "bound_cidrs", "explicit_max_ttl"]);
const POLICIES = new Set(["token_policies", "policies"]);
const DURATION = /(^|_)(ttl|period|age)$/;

const isEmpty = (value: Json | undefined): boolean =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);

const shown = (name: string, value: Json): string => {
  if (value === 0) return access.facts.unset;
  if (typeof value === "boolean") return value ? access.facts.yes : access.facts.no;
  if (typeof value === "number" && DURATION.test(name)) return durationText(value);
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

export const ItemFacts = ({ data }: { readonly data: JsonObject }) => {
  const rows = Object.entries(data).filter(
    ([name, value]) => !isEmpty(value) && !POLICIES.has(name) && !(OLDER.has(name) && `token_${name}` in data),
  );
  return (
    <Facts>
      <Fact name={access.policies}>
        <PolicyTags names={tokenPoliciesIn(data)} />
      </Fact>
      {rows.map(([name, value]) => (
        <Fact key={name} name={name} mono>
          <Visible text={shown(name, value)} />
        </Fact>
      ))}
    </Facts>
  );
};
