import { useState } from "preact/hooks";
import { post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useAct } from "../../client/use-act.ts";
import { useApi } from "../../client/use-api.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import {
  Button,
  Empty,
  Loading,
  Row,
  Rows,
  Section,
  Tag,
  TextField,
  toast,
  useDrawn,
  useSaidCount,
  Visible,
} from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { AddPerson } from "./add-person.tsx";
import { type AuthMount, type Group, type Locked, lockedIn, type Person, readGroups, readPeople } from "./directory.ts";
import { personName, signInName } from "./sign-in-name.ts";
import { useAuthMounts } from "./use-auth-mounts.ts";

/** Everybody who is known, by name, with the names they sign in by and their groups. */

const words = access.people;

const fits = (wanted: string, { name, aliases }: Person): boolean =>
  [name, ...aliases.map(signInName)].some((text) => text.toLowerCase().includes(wanted));

interface LockedOutProps {
  readonly locked: readonly Locked[];
  readonly mounts: readonly AuthMount[];
  readonly again: () => void;
}

const LockedOut = ({ locked, mounts, again }: LockedOutProps) => {
  const { may } = useSession();
  const { busy, failure, act } = useAct();
  const unlock = async ({ accessor, name }: Locked): Promise<void> => {
    if (!(await act(() => post(`sys/locked-users/${accessor}/unlock/${name}`)))) return;
    toast(words.unlocked(name));
    again();
  };
  return (
    <Section title={words.lockedTitle}>
      {failure && <Failed failure={failure} />}
      <Rows label={words.lockedTitle}>
        {locked.map((one) => (
          <Row
            key={`${one.accessor} ${one.name}`}
            actions={
              may(`sys/locked-users/${one.accessor}/unlock/${one.name}`, "update") && (
                <Button label={words.unlockName(one.name)} busy={busy} onClick={() => void unlock(one)}>
                  {words.unlock}
                </Button>
              )
            }
          >
            <code>
              {mounts.find(({ accessor }) => accessor === one.accessor)?.path}
              <Visible text={one.name} />
            </code>
          </Row>
        ))}
      </Rows>
    </Section>
  );
};

interface RowProps {
  readonly person: Person;
  readonly groups: readonly Group[];
  readonly locked: readonly Locked[];
}

const PersonRow = ({ person, groups, locked }: RowProps) => {
  const theirs = groups.filter(({ people }) => people.includes(person.id));
  const isLocked = person.aliases.some((alias) =>
    locked.some(({ accessor, name }) => accessor === alias.mountAccessor && name === alias.name.toLowerCase()),
  );
  return (
    <Row href={hrefOf("access", `people/${person.id}`)}>
      <span class="access-name">
        <Visible text={personName(person)} />
      </span>
      <code class="muted">
        <Visible text={person.aliases.map(signInName).join(", ")} />
      </code>
      {theirs.map(({ id, name }) => (
        <Tag key={id}>{name}</Tag>
      ))}
      {isLocked && <Tag kind="warn">{words.locked}</Tag>}
    </Row>
  );
};

const Listed = ({ people, groups, locked }: { people: readonly Person[] } & Omit<RowProps, "person">) => {
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const found = people
    .filter((person) => fits(wanted, person))
    .sort((a, b) => personName(a).localeCompare(personName(b)));
  const [drawn, more] = useDrawn(found);
  useSaidCount(wanted === "" ? undefined : found.length);
  if (people.length === 0) return <Empty>{words.empty}</Empty>;
  return (
    <>
      <TextField label={access.filter} type="search" value={filter} onInput={setFilter} />
      {found.length === 0 && <p class="muted">{words.none}</p>}
      {found.length > 0 && (
        <Rows label={words.list}>
          {drawn.map((person) => (
            <PersonRow key={person.id} person={person} groups={groups} locked={locked} />
          ))}
        </Rows>
      )}
      {more}
    </>
  );
};

const useLocked = () => {
  const { may } = useSession();
  const allowed = may("sys/locked-users", "read");
  const { answer, again } = useApi(allowed ? { method: "GET", path: "sys/locked-users" } : undefined);
  return { locked: answer?.ok ? lockedIn(answer.data) : [], again };
};

export const People = () => {
  const { may } = useSession();
  const mayList = may("identity/entity/id", "list");
  const people = useLoaded(async () => (mayList ? readPeople() : undefined), String(mayList));
  const mayGroups = may("identity/group/id", "list");
  const groups = useLoaded(async () => (mayGroups ? readGroups() : undefined), String(mayGroups));
  const { locked, again } = useLocked();
  const mounts = useAuthMounts();
  const [adding, setAdding] = useState(false);
  const addable = mounts.filter(({ type, path }) => type === "userpass" && may(`auth/${path}users/x`, "update"));
  const known = groups.value?.ok ? groups.value.value : [];
  return (
    <div class="access-panel">
      {addable.length > 0 && (
        <div class="actions">
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>
            {words.add}
          </Button>
        </div>
      )}
      {locked.length > 0 && <LockedOut locked={locked} mounts={mounts} again={again} />}
      {mayList && !people.value && <Loading />}
      {people.value && !people.value.ok && <Failed failure={people.value} again={people.again} />}
      {people.value?.ok && <Listed people={people.value.value} groups={known} locked={locked} />}
      {adding && (
        <AddPerson
          mounts={addable}
          groups={known}
          onClose={() => {
            setAdding(false);
            people.again();
            groups.again();
          }}
        />
      )}
    </div>
  );
};
