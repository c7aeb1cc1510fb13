import { useState } from "preact/hooks";
import { type Answer, type JsonObject, post } from "../../client/api.ts";
import { Decisions } from "../../client/decisions.tsx";
import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { tokenPoliciesIn } from "../../client/token-policies.ts";
import { useApi } from "../../client/use-api.ts";
import { useLoaded } from "../../client/use-loaded.ts";
import { Button, ButtonLink, CopyAs, Loading, Page, Section, toast } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { access } from "../../texts/access.ts";
import { crumbsTo } from "./crumbs.ts";
import { Deleting } from "./deleting.tsx";
import { readPolicyNames } from "./directory.ts";
import { ItemFacts } from "./item-facts.tsx";
import { NamesDialog } from "./names-dialog.tsx";
import { PasswordDialog } from "./new-password.tsx";
import { useAuthMounts } from "./use-auth-mounts.ts";

/** One user or role of a method: what it is, what it lets do, and what of it may be changed here. */

const words = access.methods;

interface ItemProps {
  /** With its slash at the end, without `auth/`. */
  readonly mount: string;
  readonly part: string;
  readonly name: string;
}

type Open = "policies" | "password";

const Actions = ({ mount, part, name, data, again }: ItemProps & { data: JsonObject; again(): void }) => {
  const { may } = useSession();
  const [open, setOpen] = useState<Open>();
  const options = useLoaded(readPolicyNames).value ?? [];
  const type = useAuthMounts().find(({ path }) => path === mount)?.type;
  const path = `auth/${mount}${part}/${name}`;
  const isUser = type === "userpass" && part === "users";
  const close = (): void => setOpen(undefined);
  const setPolicies = async (policies: readonly string[]): Promise<Answer> => {
    const answer = await post(`${path}/policies`, { token_policies: policies });
    if (answer.ok) {
      toast(access.saved(access.policies.toLowerCase()));
      again();
    }
    return answer;
  };
  return (
    <>
      <CopyAs path={path} vault={`read ${shellWord(path)}`} curl={{ method: "GET", path }} />
      {isUser && may(`${path}/policies`, "update") && (
        <Button onClick={() => setOpen("policies")}>{access.person.setPolicies}</Button>
      )}
      {isUser && may(`${path}/password`, "update") && (
        <Button onClick={() => setOpen("password")}>{access.person.password}</Button>
      )}
      {!isUser && may(path, "update") && <ButtonLink href={hrefOf("api", path)}>{words.form}</ButtonLink>}
      <Deleting
        path={path}
        name={name}
        action={words.deleteUser}
        title={words.deleteTitle(name)}
        text={words.deleteText}
        done={words.deleted(name)}
        tab="methods"
      />
      {open === "policies" && (
        <NamesDialog
          title={name}
          label={access.policies}
          hint={access.policiesHint}
          names={textsIn(data, "token_policies")}
          options={options}
          free
          save={setPolicies}
          onClose={close}
        />
      )}
      {open === "password" && <PasswordDialog name={name} mount={mount} onClose={close} />}
    </>
  );
};

export const ItemPage = ({ mount, part, name }: ItemProps) => {
  const { answer, again } = useApi({ method: "GET", path: `auth/${mount}${part}/${name}` });
  return (
    <Page
      title={name}
      mono
      crumbs={crumbsTo("methods", mount)}
      actions={answer?.ok && <Actions mount={mount} part={part} name={name} data={answer.data} again={again} />}
    >
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} again={again} />}
      {answer?.ok && (
        <>
          <ItemFacts data={answer.data} />
          <Section title={words.mayDo}>
            <Decisions about={{ policies: tokenPoliciesIn(answer.data) }} label={words.mayDoAt} />
          </Section>
        </>
      )}
    </Page>
  );
};
