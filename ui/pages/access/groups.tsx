import { useState } from "preact/hooks";
import { type Failure, get, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { Button, Empty, FormDialog, Loading, Row, Rows, Tag, TextField, toast, Visible } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { ChosenField } from "./chosen-field.tsx";
import { readGroups, readPolicyNames } from "./directory.ts";

/** Groups: whose members get their policies. */

const words = access.groups;

const NewGroup = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState("");
  const [policies, setPolicies] = useState<readonly string[]>([]);
  const [error, setError] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const options = useLoaded(readPolicyNames).value ?? [];
  const make = async (): Promise<void> => {
    // A write to a name that is taken would change that group.
    const there = await get(`identity/group/name/${name.trim()}`);
    if (there.ok) return setError(words.taken);
    if (there.kind !== "not-found") return setFailure(there);
    const answer = await post("identity/group", { name: name.trim(), type: "internal", policies });
    if (!answer.ok) return setFailure(answer);
    toast(access.saved(name.trim()));
    onClose();
    navigate(hrefOf("access", `groups/${textIn(answer.data, "id")}`));
  };
  const submit = async (): Promise<void> => {
    const wrong = name.trim() === "" ? words.missing : name.includes("/") ? words.badName : undefined;
    setError(wrong);
    setFailure(undefined);
    if (wrong) return;
    setBusy(true);
    await make();
    setBusy(false);
  };
  return (
    <FormDialog title={words.add} action={words.create} busy={busy} onSubmit={submit} onClose={onClose}>
      <TextField label={words.name} value={name} onInput={setName} error={error} mono autofocus />
      <ChosenField label={access.policies} chosen={policies} onChange={setPolicies} options={options} free />
      {failure && <Failed failure={failure} />}
    </FormDialog>
  );
};

export const Groups = () => {
  const { may } = useSession();
  const { value, again } = useLoaded(readGroups);
  const [adding, setAdding] = useState(false);
  if (!value) return <Loading />;
  if (!value.ok) return <Failed failure={value} again={again} />;
  const mayAdd = may("identity/group", "update") && may("identity/group/name/x", "read");
  return (
    <div class="access-panel">
      {mayAdd && (
        <div class="actions">
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        </div>
      )}
      {value.value.length === 0 ? (
        <Empty>{words.empty}</Empty>
      ) : (
        <Rows label={words.list}>
          {value.value.map((group) => (
            <Row key={group.id} href={hrefOf("access", `groups/${group.id}`)}>
              <span class="access-name">
                <Visible text={group.name} />
              </span>
              <span class="muted">{group.external ? words.external : words.members(group.people.length)}</span>
              {group.policies.map((policy) => (
                <Tag key={policy}>{policy}</Tag>
              ))}
            </Row>
          ))}
        </Rows>
      )}
      {adding && <NewGroup onClose={() => setAdding(false)} />}
    </div>
  );
};
