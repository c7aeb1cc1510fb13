import { useState } from "preact/hooks";
import type { Answer } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { objectIn, textIn, textsIn } from "../../client/read-json.ts";
import { type MountShown, type Session, useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Button, Empty, Loading, Page, Row, Rows, Segmented, TextField } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { credentials } from "../../texts/credentials.ts";
import { fitsRole, pathOf, type Way, waysOf } from "./engines.ts";

/** The roles of an engine that the caller may take credentials of; where they may not be listed, one is typed. */

const hrefOfRole = (mount: MountShown, way: Way, role: string): string =>
  hrefOf("credentials", mount.path + role, way === waysOf(mount.type)[0] ? {} : { as: way.name });

const mayTake = (session: Session, mount: MountShown, way: Way, role: string): boolean => {
  const path = pathOf(way, mount.path, role);
  return way.method === "GET" ? session.may(path, "read") : session.may(path, "update") || session.may(path, "create");
};

const ByName = ({ mount, ways }: { readonly mount: MountShown; readonly ways: readonly Way[] }) => {
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState(ways[0]);
  if (!chosen) return null;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") navigate(hrefOfRole(mount, chosen, name.trim()));
      }}
    >
      {ways.length > 1 && (
        <Segmented
          label={credentials.how}
          value={chosen.name}
          onChange={(value) => setChosen(ways.find((way) => way.name === value))}
          options={ways.map((way) => ({ value: way.name, label: credentials.ways[way.name] }))}
        />
      )}
      <TextField
        label={chosen.list === "keys" ? credentials.key : credentials.role}
        value={name}
        onInput={setName}
        mono
      />
      <div class="actions">
        <Button type="submit">{credentials.go}</Button>
      </div>
    </form>
  );
};

interface Listed {
  readonly way: Way;
  readonly role: string;
}

const listedIn = (answer: Answer | undefined, ways: readonly Way[]): readonly Listed[] => {
  if (!answer?.ok) return [];
  const info = objectIn(answer.data, "key_info");
  return textsIn(answer.data, "keys").flatMap((role) => {
    const keyType = textIn(objectIn(info, role), "key_type");
    return ways.filter((way) => fitsRole(way, keyType)).map((way) => ({ way, role }));
  });
};

/** The ways whose roles are in the first list, and those in another. */
const useRoles = (mount: MountShown) => {
  const ways = waysOf(mount.type);
  const lists = [...new Set(ways.map((way) => way.list))];
  const asked = (list: string | undefined) =>
    list === undefined ? undefined : ({ method: "GET", path: mount.path + list, query: { list: "true" } } as const);
  const first = useApi(asked(lists[0]));
  const second = useApi(asked(lists[1]));
  const ofList = (list: string | undefined): readonly Way[] => ways.filter((way) => way.list === list);
  const answers = [first, ...(lists[1] === undefined ? [] : [second])];
  const listed = [...listedIn(first.answer, ofList(lists[0])), ...listedIn(second.answer, ofList(lists[1]))];
  return { ways, answers, listed };
};

export const RolesPage = ({ mount }: { readonly mount: MountShown }) => {
  const session = useSession();
  const { ways, answers, listed } = useRoles(mount);
  const usable = listed.filter(({ way, role }) => mayTake(session, mount, way, role));
  const pending = answers.some(({ answer }) => answer === undefined);
  const failures = answers.flatMap(({ answer, again }) => (answer && !answer.ok ? [{ failure: answer, again }] : []));
  const denied = failures.some(({ failure }) => failure.kind === "denied");
  const trouble = failures.find(({ failure }) => failure.kind !== "denied" && failure.kind !== "not-found");
  return (
    <Page
      title={mount.path}
      mono
      crumbs={[{ label: credentials.title, href: hrefOf("credentials") }, { label: mount.path }]}
    >
      {mount.description !== "" && <p class="muted">{mount.description}</p>}
      {pending && <Loading />}
      {trouble && <Failed {...trouble} />}
      {usable.length > 0 && (
        <Rows label={credentials.roles}>
          {usable.map(({ way, role }) => (
            <Row key={`${way.name}/${role}`} href={hrefOfRole(mount, way, role)}>
              <span class="mono">{role}</span>
              {ways.length > 1 && <span class="muted small">{credentials.ways[way.name]}</span>}
            </Row>
          ))}
        </Rows>
      )}
      {!pending && !denied && !trouble && usable.length === 0 && (
        <Empty>{listed.length > 0 ? credentials.noRolesForYou : credentials.noRoles}</Empty>
      )}
      {denied && (
        <>
          <p class="hint">{credentials.unlisted}</p>
          <ByName mount={mount} ways={ways} />
        </>
      )}
    </Page>
  );
};
