import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { ButtonLink, Loading, Page, Row, Rows, Tag, TextField, useDrawn, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { policies } from "../../texts/policies.ts";

/** Every policy by name. Whoever may not list them sees why, and can still open one by its address. */

const BUILT_IN = new Set(["default", "root", "response-wrapping"]);

const ALL = { method: "GET", path: "sys/policies/acl", query: { list: "true" } } as const;

const Names = ({ names }: { readonly names: readonly string[] }) => {
  const [typed, setTyped] = useState("");
  const found = names.filter((name) => name.includes(typed.trim().toLowerCase()));
  const [drawn, more] = useDrawn(found);
  return (
    <>
      <TextField label={policies.filter} type="search" value={typed} onInput={setTyped} />
      <p class="muted small" aria-live="polite">
        {found.length === 0 ? policies.none : policies.found(found.length)}
      </p>
      {found.length > 0 && (
        <Rows label={policies.list}>
          {drawn.map((name) => (
            <Row key={name} href={hrefOf("policies", name)}>
              <span class="mono policies-name">
                <Visible text={name} />
              </span>
              {BUILT_IN.has(name) && <Tag>{policies.builtIn}</Tag>}
            </Row>
          ))}
        </Rows>
      )}
      {more}
    </>
  );
};

export const PolicyList = () => {
  const { may } = useSession();
  const { answer, again } = useApi(ALL);
  const create = may("sys/policies/acl/new", "create") || may("sys/policies/acl/new", "update");
  return (
    <Page
      title={policies.title}
      actions={
        create && (
          <ButtonLink kind="primary" href={hrefOf("policies", "", { new: "" })}>
            {policies.create}
          </ButtonLink>
        )
      }
    >
      <p class="muted policies-intro">{policies.intro}</p>
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} again={again} />}
      {answer?.ok && <Names names={textsIn(answer.data, "keys")} />}
    </Page>
  );
};
