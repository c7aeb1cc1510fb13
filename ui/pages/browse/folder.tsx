import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { crumbsAbove, titleOf } from "../../client/kv-place.ts";
import { useSession } from "../../client/session.ts";
import { shellWord } from "../../client/shell-word.ts";
import { ButtonLink, CopyAs, Empty, Loading, Page } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { browse } from "../../texts/browse.ts";
import { FolderList } from "./folder-list.tsx";
import { NamedFolder } from "./named-folder.tsx";
import { useFolder } from "./use-folder.ts";

/** A folder of a key-value mount, or the mount itself. */

/** Any name: whether the rules permit making one is asked of them, not of the server. */
const ANY = "a-new-secret";

export const Folder = ({ at }: { readonly at: KvPath }) => {
  const session = useSession();
  const folder = useFolder(at);
  const [typed, setTyped] = useState("");
  const { state } = folder;
  const path = at.mount + at.path;
  const data = addressesOf({ ...at, path: at.path + ANY }).data;
  const mayCreate = session.may(data, "create");
  const create = mayCreate && (
    <ButtonLink href={hrefOf("new", path)} kind="primary" icon="plus">
      {browse.newSecret}
    </ButtonLink>
  );
  const empty = state.is === "listed" && state.entries.length === 0;
  return (
    <Page
      title={titleOf(at)}
      crumbs={crumbsAbove(at)}
      mono
      actions={
        <>
          {!empty && create}
          <CopyAs
            path={path}
            vault={`kv list ${shellWord(path)}`}
            curl={{ method: "LIST", path: addressesOf(at).list }}
          />
        </>
      }
    >
      {(state.is === "loading" || folder.busy) && <Loading />}
      {state.is === "failed" && <Failed failure={state.failure} again={folder.again} />}
      {state.is === "named" && <NamedFolder at={at} parts={state.parts} failure={state.failure} />}
      {empty && <Empty action={create}>{mayCreate ? browse.empty : browse.emptyFolder}</Empty>}
      {state.is === "listed" && !empty && (
        <FolderList at={at} state={state} folder={folder} typed={typed} onInput={setTyped} />
      )}
    </Page>
  );
};
