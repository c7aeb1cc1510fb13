import { Decisions } from "../../client/decisions.tsx";
import { Failed } from "../../client/denied.tsx";
import { trueIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { tokenPoliciesIn } from "../../client/token-policies.ts";
import { useApi } from "../../client/use-api.ts";
import { ButtonLink, CopyAs, Loading, Page, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { crumbsTo } from "./crumbs.ts";
import { Deleting } from "./deleting.tsx";
import { HandOut } from "./hand-out.tsx";
import { ItemFacts } from "./item-facts.tsx";

/** One AppRole: what it lets its application do, and how the application gets its secret id. */

const words = access.applications;

interface ApplicationProps {
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  readonly name: string;
}

const Actions = ({ mount, name }: ApplicationProps) => {
  const { may } = useSession();
  const path = `auth/${mount}role/${name}`;
  return (
    <>
      <CopyAs path={path} vault={`read ${shellWord(path)}`} curl={{ method: "GET", path }} />
      {may(path, "update") && <ButtonLink href={hrefOf("api", path)}>{access.methods.form}</ButtonLink>}
      <Deleting
        path={path}
        name={name}
        action={words.delete}
        title={access.methods.deleteTitle(name)}
        text={words.deleteText}
        done={access.methods.deleted(name)}
        tab="applications"
      />
    </>
  );
};

export const ApplicationPage = ({ mount, name }: ApplicationProps) => {
  const { may } = useSession();
  const path = `auth/${mount}role/${name}`;
  const { answer, again } = useApi({ method: "GET", path });
  const mayHandOut = may(`${path}/role-id`, "read") && may(`${path}/secret-id`, "update");
  return (
    <Page
      title={name}
      mono
      crumbs={crumbsTo("applications", mount)}
      actions={answer?.ok && <Actions mount={mount} name={name} />}
    >
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} again={again} />}
      {answer?.ok && (
        <>
          {mayHandOut && <HandOut mount={mount} name={name} needsSecret={trueIn(answer.data, "bind_secret_id")} />}
          <Section title={access.settings}>
            <ItemFacts data={answer.data} />
          </Section>
          <Section title={access.methods.mayDo}>
            <Decisions about={{ policies: tokenPoliciesIn(answer.data) }} label={access.methods.mayDoAt} />
          </Section>
        </>
      )}
    </Page>
  );
};
