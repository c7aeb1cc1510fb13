import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { useAct } from "../../client/use-act.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { FormDialog, TextField, toast } from "../../kit/index.ts";
import { access } from "../../texts/access.ts";
import { ChosenField } from "./chosen-field.tsx";
import { type Group, readPolicyNames } from "./directory.ts";
import { changeGroup, rebased } from "./group-change.ts";

/**
 * Changes a group. Only what was added or removed here is written, on top of what is there by then, so that two people
 * who add members at once lose nobody.
 */

const words = access.groups;

export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Ids as names for the eye, and back; an unknown id is shown as it is. */
const naming = (known: readonly Named[] | undefined) => ({
  nameOf: (id: string): string => known?.find((one) => one.id === id)?.name ?? id,
  idOf: (name: string): string => known?.find((one) => one.name === name)?.id ?? name,
});

interface GroupEditorProps {
  readonly group: Group;
  /** `undefined`: not known; members stay as they are. */
  readonly people: readonly Named[] | undefined;
  readonly groups: readonly Named[] | undefined;
  readonly onClose: () => void;
}

export const GroupEditor = ({ group, people, groups, onClose }: GroupEditorProps) => {
  const [name, setName] = useState(group.name);
  const [policies, setPolicies] = useState(group.policies);
  const [members, setMembers] = useState(group.people);
  const [inner, setInner] = useState(group.groups);
  const { busy, failure, act } = useAct();
  const [error, setError] = useState<string>();
  const options = useLoaded(readPolicyNames).value ?? [];
  const ofPeople = naming(people);
  const ofGroups = naming(groups);
  const save = async (): Promise<void> => {
    setError(name.trim() === "" ? words.missing : undefined);
    if (name.trim() === "") return;
    const done = await act(() =>
      changeGroup(group.id, (now) => ({
        ...(name.trim() !== group.name && { name: name.trim() }),
        policies: rebased(group.policies, policies, now.policies),
        ...(people && !group.external && { people: rebased(group.people, members, now.people) }),
        ...(groups && { groups: rebased(group.groups, inner, now.groups) }),
      })),
    );
    if (!done) return;
    toast(access.saved(name.trim()));
    onClose();
  };
  return (
    <FormDialog title={group.name} action={access.save} busy={busy} onSubmit={save} onClose={onClose} wide>
      <TextField label={words.name} value={name} onInput={setName} error={error} mono />
      <ChosenField label={access.policies} chosen={policies} onChange={setPolicies} options={options} free />
      {people && !group.external && (
        <ChosenField
          label={words.memberLabel}
          chosen={members.map(ofPeople.nameOf)}
          onChange={(chosen) => setMembers(chosen.map(ofPeople.idOf))}
          options={people.map((one) => one.name)}
        />
      )}
      {groups && (
        <ChosenField
          label={words.memberGroups}
          chosen={inner.map(ofGroups.nameOf)}
          onChange={(chosen) => setInner(chosen.map(ofGroups.idOf))}
          options={groups.filter(({ id }) => id !== group.id).map((one) => one.name)}
        />
      )}
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};
