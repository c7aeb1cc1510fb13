import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { fieldErrors } from "../../client/failure.ts";
import { unlessThere, useAct, useGo } from "../../client/use-act.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { DurationField, FormDialog, Select, TextField, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { ChosenField } from "./chosen-field.tsx";
import { type AuthMount, readPolicyNames } from "./directory.ts";
import { nameProblem } from "./new-person.ts";

/** A new AppRole. What is asked for here is what every role needs; the rest is in the form of all settings. */

const words = access.applications;
const FIELDS = ["token_ttl", "secret_id_ttl", "secret_id_num_uses", "token_policies"];

interface NewApplicationProps {
  /** At least one. */
  readonly mounts: readonly AuthMount[];
  readonly onClose: () => void;
}

export const NewApplication = ({ mounts, onClose }: NewApplicationProps) => {
  const [mount, setMount] = useState(mounts[0]?.path ?? "");
  const [name, setName] = useState("");
  const [policies, setPolicies] = useState<readonly string[]>([]);
  const [tokenTtl, setTokenTtl] = useState("1h");
  const [secretTtl, setSecretTtl] = useState("90d");
  const [uses, setUses] = useState("0");
  const [nameError, setNameError] = useState<string>();
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const options = useLoaded(readPolicyNames).value ?? [];
  const wrong = failure?.kind === "invalid" ? fieldErrors(failure, FIELDS).fields : {};
  const submit = async (): Promise<void> => {
    const problem = nameProblem(name);
    setNameError(problem && (problem === "missing" ? words.missing : access.newPerson.badName));
    if (problem) return;
    const path = `auth/${mount}role/${name}`;
    const made = await act(() =>
      unlessThere(path, () =>
        post(path, {
          token_policies: policies,
          token_ttl: tokenTtl,
          secret_id_ttl: secretTtl,
          secret_id_num_uses: Number(uses),
        }),
      ),
    );
    if (made === "taken") return setNameError(words.taken);
    if (!made) return;
    toast(access.saved(name));
    go(hrefOf("access", "applications", { mount, name }));
  };
  return (
    <FormDialog title={words.add} action={words.create} busy={busy} onSubmit={submit} onClose={onClose}>
      {mounts.length > 1 && (
        <Select
          label={words.mount}
          value={mount}
          onChange={setMount}
          options={mounts.map(({ path }) => ({ value: path, label: path }))}
        />
      )}
      <TextField label={words.name} value={name} onInput={setName} error={nameError} mono autofocus />
      <ChosenField
        label={access.policies}
        hint={wrong["token_policies"]}
        chosen={policies}
        onChange={setPolicies}
        options={options}
        free
      />
      <DurationField label={words.tokenTtl} value={tokenTtl} onInput={setTokenTtl} error={wrong["token_ttl"]} />
      <DurationField label={words.secretTtl} value={secretTtl} onInput={setSecretTtl} error={wrong["secret_id_ttl"]} />
      <TextField
        label={words.uses}
        type="number"
        value={uses}
        onInput={setUses}
        hint={words.usesHint}
        error={wrong["secret_id_num_uses"]}
      />
      {failure && Object.keys(wrong).length === 0 && <Failed failure={failure} />}
    </FormDialog>
  );
};
