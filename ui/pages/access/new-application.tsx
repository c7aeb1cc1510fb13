import { useState } from "preact/hooks";
import { type Failure, get, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { fieldErrors } from "../../client/failure.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { DurationField, FormDialog, Select, TextField, toast } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
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
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const options = useLoaded(readPolicyNames).value ?? [];
  const wrong = failure?.kind === "invalid" ? fieldErrors(failure, FIELDS).fields : {};
  const make = async (): Promise<void> => {
    const path = `auth/${mount}role/${name}`;
    // A write to a name that is taken would change that role.
    const there = await get(path);
    if (there.ok) return setNameError(words.taken);
    if (there.kind !== "not-found") return setFailure(there);
    const answer = await post(path, {
      token_policies: policies,
      token_ttl: tokenTtl,
      secret_id_ttl: secretTtl,
      secret_id_num_uses: Number(uses),
    });
    if (!answer.ok) return setFailure(answer);
    toast(access.saved(name));
    onClose();
    navigate(hrefOf("access", "applications", { mount, name }));
  };
  const submit = async (): Promise<void> => {
    const problem = nameProblem(name);
    setNameError(problem && (problem === "missing" ? words.missing : access.newPerson.badName));
    setFailure(undefined);
    if (problem) return;
    setBusy(true);
    await make();
    setBusy(false);
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
