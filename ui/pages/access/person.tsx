import { useState } from "preact/hooks";
import { type Answer, type JsonObject, post } from "../../client/api.ts";
import { Decisions } from "../../client/decisions.tsx";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { type Act, useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { Button, CopyAs, Link, Loading, Note, Page, Section, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { crumbsTo } from "./crumbs.ts";
import { type Group, lockedIn, personIn, readGroups, readPolicyNames, type WholePerson } from "./directory.ts";
import { useMethodPolicies } from "./method-policies.ts";
import { NamesDialog } from "./names-dialog.tsx";
import { NewPassword } from "./new-password.tsx";
import { PersonFacts } from "./person-facts.tsx";
import { personName } from "./sign-in-name.ts";

/** One person: how they sign in, what they get from where, and what that lets them do. */

const words = access.person;

interface PersonProps {
  readonly person: WholePerson;
  readonly groups: readonly Group[];
  readonly again: () => void;
}

/** What may be changed: buttons for what is allowed, and nothing for the rest. */
const Actions = ({ person, again, act }: Omit<PersonProps, "groups"> & { readonly act: Act }) => {
  const { may } = useSession();
  const [editing, setEditing] = useState(false);
  const options = useLoaded(readPolicyNames).value ?? [];
  const path = `identity/entity/id/${person.id}`;
  const name = personName(person);
  if (!may(path, "update")) return null;
  const write = async (body: JsonObject, done: string): Promise<Answer> => {
    const answer = await post(path, body);
    if (answer.ok) {
      toast(done);
      again();
    }
    return answer;
  };
  const toggle = (): void => {
    const done = person.disabled ? words.enabled(name) : words.disabledNow(name);
    void act(() => write({ disabled: !person.disabled }, done));
  };
  return (
    <>
      <Button onClick={() => setEditing(true)}>{words.setPolicies}</Button>
      <Button kind={person.disabled ? "plain" : "danger"} onClick={toggle}>
        {person.disabled ? words.enable : words.disable}
      </Button>
      {editing && (
        <NamesDialog
          title={words.own}
          label={access.policies}
          hint={access.policiesHint}
          names={person.policies}
          options={options}
          free
          save={(policies) => write({ policies }, access.saved(words.own.toLowerCase()))}
          onClose={() => setEditing(false)}
        />
      )}
    </>
  );
};

const Unlock = ({ person, act }: { readonly person: WholePerson; readonly act: Act }) => {
  const { may } = useSession();
  const readable = may("sys/locked-users", "read");
  const { answer, again } = useApi(readable ? { method: "GET", path: "sys/locked-users" } : undefined);
  const locked = answer?.ok ? lockedIn(answer.data) : [];
  const theirs = locked.filter(({ accessor, name }) =>
    person.aliases.some((alias) => alias.mountAccessor === accessor && alias.name.toLowerCase() === name),
  );
  const pathOf = (one: (typeof theirs)[number]): string => `sys/locked-users/${one.accessor}/unlock/${one.name}`;
  const unlockable = theirs.filter((one) => may(pathOf(one), "update"));
  const unlock = async (): Promise<void> => {
    for (const one of unlockable) {
      if (!(await act(() => post(pathOf(one))))) return;
    }
    toast(access.people.unlocked(personName(person)));
    again();
  };
  if (theirs.length === 0) return null;
  return (
    <Note
      kind="warn"
      actions={unlockable.length > 0 && <Button onClick={() => void unlock()}>{access.people.unlock}</Button>}
    >
      {access.people.lockedTitle}
    </Note>
  );
};

const Whole = ({ person, groups, again }: PersonProps) => {
  const { failure, act } = useAct();
  const path = `identity/entity/id/${person.id}`;
  const theirs = groups.filter(({ id }) => person.groupIds.includes(id));
  const methods = useMethodPolicies(person.aliases);
  const about = { entityId: person.id, ...(methods.policies.length > 0 && { policies: methods.policies }) };
  return (
    <Page
      title={personName(person)}
      crumbs={crumbsTo("people")}
      actions={
        <>
          <CopyAs path={path} vault={`read ${path}`} curl={{ method: "GET", path }} />
          <NewPassword person={person} />
          <Actions person={person} again={again} act={act} />
        </>
      }
    >
      {failure && <Failed failure={failure} />}
      {person.disabled && <Note kind="danger">{words.disabledNote}</Note>}
      <Unlock person={person} act={act} />
      <PersonFacts person={person} groups={theirs} methods={methods} />
      <Section title={access.mayDo}>
        {methods.loaded ? (
          <>
            <Decisions about={about} label={access.mayDoAt} />
            <p class="muted small">{methods.hidden ? words.hiddenMethod : words.templates}</p>
          </>
        ) : (
          <Loading />
        )}
      </Section>
    </Page>
  );
};

export const PersonPage = ({ id }: { readonly id: string }) => {
  const { may } = useSession();
  const { answer, again } = useApi({ method: "GET", path: `identity/entity/id/${id}` });
  const mayGroups = may("identity/group/id", "list");
  const groups = useLoaded(async () => (mayGroups ? readGroups() : undefined), String(mayGroups));
  if (answer?.ok)
    return <Whole person={personIn(answer.data)} groups={groups.value?.ok ? groups.value.value : []} again={again} />;
  return (
    <Page title={access.tabs.people} crumbs={crumbsTo("people")}>
      {answer ? <Failed failure={answer} again={again} /> : <Loading />}
      {answer && <Link href={hrefOf("access")}>{access.back}</Link>}
    </Page>
  );
};
