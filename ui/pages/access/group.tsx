import { useState } from "preact/hooks";
import { Decisions } from "../../client/decisions.tsx";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { Button, CopyAs, Fact, Facts, Link, Loading, Note, Page, Section, Tag } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { crumbsTo } from "./crumbs.ts";
import { Deleting } from "./deleting.tsx";
import { type Group, groupIn, readGroups, readPeople } from "./directory.ts";
import { GroupEditor, type Named } from "./group-editor.tsx";
import { PolicyTags } from "./person-facts.tsx";
import { namedPeople } from "./sign-in-name.ts";

/** One group: its policies and members, changed and deleted. */

const words = access.groups;

/** Names of people and groups; none where they may not be listed. */
const useNames = () => {
  const { may } = useSession();
  const mayPeople = may("identity/entity/id", "list");
  const people = useLoaded(async () => (mayPeople ? readPeople() : undefined), String(mayPeople)).value;
  const groups = useLoaded(readGroups).value;
  return { people: people?.ok ? namedPeople(people.value) : undefined, groups: groups?.ok ? groups.value : undefined };
};

interface MembersProps {
  readonly ids: readonly string[];
  readonly known: readonly Named[] | undefined;
  readonly kind: "people" | "groups";
}

const Members = ({ ids, known, kind }: MembersProps) =>
  ids.length === 0 ? (
    <span class="muted">{words.noMembers}</span>
  ) : (
    <span class="tags">
      {ids.map((id) => (
        <Tag key={id}>
          <Link href={hrefOf("access", `${kind}/${id}`)}>{known?.find((one) => one.id === id)?.name ?? id}</Link>
        </Tag>
      ))}
    </span>
  );

const Whole = ({ group, again }: { readonly group: Group; readonly again: () => void }) => {
  const { may } = useSession();
  const names = useNames();
  const [editing, setEditing] = useState(false);
  const path = `identity/group/id/${group.id}`;
  return (
    <Page
      title={group.name}
      crumbs={crumbsTo("groups")}
      actions={
        <>
          <CopyAs path={path} vault={`read ${path}`} curl={{ method: "GET", path }} />
          {may(path, "update") && <Button onClick={() => setEditing(true)}>{access.edit}</Button>}
          <Deleting
            path={path}
            name={group.name}
            action={words.delete}
            title={words.deleteTitle(group.name)}
            text={words.deleteText}
            done={words.deleted(group.name)}
            tab="groups"
          />
        </>
      }
    >
      {group.external && <Note kind="info">{words.externalNote}</Note>}
      <Facts>
        <Fact name={access.policies}>
          <PolicyTags names={group.policies} />
        </Fact>
        <Fact name={words.memberLabel}>
          <Members ids={group.people} known={names.people} kind="people" />
        </Fact>
        {group.groups.length > 0 && (
          <Fact name={words.memberGroups}>
            <Members ids={group.groups} known={names.groups} kind="groups" />
          </Fact>
        )}
      </Facts>
      {group.policies.length > 0 && (
        <Section title={words.mayDo}>
          <Decisions about={{ policies: group.policies }} label={words.mayDoAt} />
        </Section>
      )}
      {editing && (
        <GroupEditor
          group={group}
          people={names.people}
          groups={names.groups}
          onClose={() => {
            setEditing(false);
            again();
          }}
        />
      )}
    </Page>
  );
};

export const GroupPage = ({ id }: { readonly id: string }) => {
  const { answer, again } = useApi({ method: "GET", path: `identity/group/id/${id}` });
  if (answer?.ok) return <Whole group={groupIn(answer.data)} again={again} />;
  return (
    <Page title={access.tabs.groups} crumbs={crumbsTo("groups")}>
      {answer ? <Failed failure={answer} again={again} /> : <Loading />}
    </Page>
  );
};
