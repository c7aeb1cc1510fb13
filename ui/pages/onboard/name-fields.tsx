import { Select, TextField } from "../../kit/index.ts";
import { onboard } from "../../texts/onboard.ts";
import { faultOf, type NameOf, type Names } from "./names.ts";

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

/** The fields whose values fill all steps. */
export const NameFields = ({ names, onChange, mounts, mount, onMount }: NameFieldsProps) => (
  <div class="onboard-names">
    {ORDER.map((name) => (
      <TextField
        key={name}
        label={onboard[name]}
        hint={HINTS[name]}
        error={faultOf(name, names)}
        value={names[name]}
        onInput={(value) => onChange({ ...names, [name]: value.trim() })}
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
);
