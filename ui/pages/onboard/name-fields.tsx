import { useState } from "preact/hooks";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Note, Select, TextField } from "../../kit/index.ts";
import { onboard } from "../../texts/onboard.ts";
import { faultOf, listOf, type NameOf, type Names, trimmed } from "./names.ts";

const HINTS: Readonly<Record<NameOf, string>> = {
  account: onboard.accountHint,
  region: onboard.regionHint,
  iamRole: onboard.iamRoleHint,
  machine: onboard.machineHint,
  tag: onboard.tagHint,
  role: onboard.roleHint,
  policies: onboard.policiesHint,
  activation: onboard.activationHint,
};

const ORDER: readonly NameOf[] = ["account", "region", "iamRole", "machine", "tag", "role", "policies", "activation"];

interface NameFieldsProps {
  readonly names: Names;
  readonly onChange: (names: Names) => void;
  readonly mounts: readonly string[];
  readonly mount: string;
  readonly onMount: (mount: string) => void;
}

const ALL_POLICIES = { method: "GET", path: "sys/policies/acl", query: { list: "true" } } as const;

/** Names that no policy has; none where the caller may not list them. A login takes them, and gets nothing by them. */
const useUnknown = (policies: string): readonly string[] => {
  const { may } = useSession();
  const { answer } = useApi(may("sys/policies/acl", "list") ? ALL_POLICIES : undefined);
  if (!answer?.ok) return [];
  const known = textsIn(answer.data, "keys");
  return listOf(policies).filter((name) => !known.includes(name.toLowerCase()));
};

/** The fields whose values fill all steps. What is wrong in one is said once it is left. */
export const NameFields = ({ names, onChange, mounts, mount, onMount }: NameFieldsProps) => {
  const [left, setLeft] = useState<readonly NameOf[]>(() => ORDER.filter((name) => names[name] !== ""));
  const unknown = useUnknown(names.policies);
  const isLeft = (name: NameOf): boolean => left.includes(name);
  return (
    <>
      <div class="onboard-names">
        {ORDER.map((name) => (
          <TextField
            key={name}
            label={onboard[name]}
            hint={HINTS[name]}
            error={isLeft(name) ? faultOf(name, trimmed(names)) : undefined}
            value={names[name]}
            onInput={(value) => onChange({ ...names, [name]: value })}
            onLeave={() => setLeft((before) => (before.includes(name) ? before : [...before, name]))}
            mono
          />
        ))}
        {mounts.length > 1 && (
          <Select
            label={onboard.mount}
            value={mount}
            onChange={onMount}
            options={mounts.map((path) => ({ value: path, label: path }))}
          />
        )}
      </div>
      {isLeft("policies") && unknown.length > 0 && (
        <div role="status">
          <Note kind="warn">{onboard.policiesUnknown(unknown)}</Note>
        </div>
      )}
    </>
  );
};
