import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { unlessThere, useAct, useGo } from "../../client/use-act.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { Button, Empty, FormDialog, Loading, Row, Rows, Tag, TextField, toast, Visible } from "../../kit/index.ts";
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
  const { busy, failure, act } = useAct();
  const { go } = useGo();
  const options = useLoaded(readPolicyNames).value ?? [];
  const submit = async (): Promise<void> => {
    const trimmed = name.trim();
    const wrong = trimmed === "" ? words.missing : name.includes("/") ? words.badName : undefined;
    setError(wrong);
    if (wrong) return;
    const made = await act(() =>
      unlessThere(`identity/group/name/${trimmed}`, () =>
        post("identity/group", { name: trimmed, type: "internal", policies }),
      ),
    );
    if (made === "taken") return setError(words.taken);
    if (!made) return;
    toast(access.saved(trimmed));
    go(hrefOf("access", `groups/${textIn(made.data, "id")}`));
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
