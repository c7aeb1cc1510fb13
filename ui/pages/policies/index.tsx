import { Failed } from "../../client/denied.tsx";
import { shellWord } from "../../client/shell-word.ts";
import { useApi } from "../../client/use-api.ts";
import { CopyAs, Loading, Page } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { policies } from "../../texts/policies.ts";
import type { PageComponent } from "../page.ts";
import { PolicyList } from "./list.tsx";
import { PolicyEditor } from "./policy-editor.tsx";
import { savedPolicy } from "./saved.ts";

/** Policies: all of them, one of them, or a new one. */

const CRUMBS = [{ label: policies.title, href: hrefOf("policies") }];

const One = ({ name }: { readonly name: string }) => {
  const request = { method: "GET", path: `sys/policies/acl/${name}` } as const;
  const { answer } = useApi(request);
  const saved = answer && savedPolicy(answer);
  return (
    <Page
      title={name}
      mono
      crumbs={CRUMBS}
      actions={<CopyAs path={request.path} vault={`policy read ${shellWord(name)}`} curl={request} />}
    >
      {!answer && <Loading />}
      {answer && !answer.ok && <Failed failure={answer} />}
      {saved && (saved.name === "root" ? <p>{policies.rootText}</p> : <PolicyEditor saved={saved} />)}
    </Page>
  );
};

const Policies: PageComponent = ({ place }) => {
  if (place.query["new"] !== undefined) {
    return (
      <Page title={policies.create} crumbs={CRUMBS}>
        <PolicyEditor saved={undefined} />
      </Page>
    );
  }
  return place.path === "" ? <PolicyList /> : <One key={place.path} name={place.path} />;
};

export default Policies;
