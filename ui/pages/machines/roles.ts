import { type Failure, get, type JsonObject, list } from "../../client/api.ts";
import { readEach } from "../../client/few-at-a-time.ts";
import { textIn, textsIn } from "../../client/read-json.ts";
import { tokenPoliciesIn } from "../../client/token-policies.ts";
import { machines } from "../../texts/machines.ts";

/** Roles of an AWS method: which machines they let in, and what these get. */

export type Kind = "hybrid" | "ec2" | "iam";

export interface MachineRole {
  readonly name: string;
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  /** Empty where the role could not be read. */
  readonly roleId: string;
  readonly kind: Kind | undefined;
  readonly policies: readonly string[];
  readonly bounds: readonly { readonly label: string; readonly values: readonly string[] }[];
}

const kindOf = (data: JsonObject): Kind => {
  const inferred = textIn(data, "inferred_entity_type");
  if (inferred === "ssm_managed_instance") return "hybrid";
  return inferred === "ec2_instance" || textIn(data, "auth_type") === "ec2" ? "ec2" : "iam";
};

export const roleIn = (data: JsonObject, name: string, mount: string): MachineRole => ({
  name,
  mount,
  roleId: textIn(data, "role_id"),
  kind: kindOf(data),
  policies: tokenPoliciesIn(data),
  bounds: Object.entries(machines.bounds)
    .map(([field, label]) => ({ label, values: textsIn(data, field) }))
    .filter(({ values }) => values.length > 0),
});

const NOTHING = { roleId: "", kind: undefined, policies: [], bounds: [] } as const;

/** Hybrid nodes first, then by name. */
export const readRoles = async (mount: string): Promise<readonly MachineRole[] | Failure> => {
  const listed = await list(`auth/${mount}role`);
  if (!listed.ok) return listed.kind === "not-found" ? [] : listed;
  const roles = await readEach(textsIn(listed.data, "keys"), async (name) => {
    const answer = await get(`auth/${mount}role/${name}`);
    return answer.ok ? roleIn(answer.data, name, mount) : { name, mount, ...NOTHING };
  });
  const rank = ({ kind }: MachineRole): number => (kind === "hybrid" ? 0 : 1);
  return roles.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
};
