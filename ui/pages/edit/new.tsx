import { useMemo, useState } from "preact/hooks";
import { addressesOf, isCubbyhole, type KvPath, kvPathOf, parentOf, placesToKeep } from "../../client/kv.ts";
import { crumbsTo } from "../../client/kv-place.ts";
import { useSession } from "../../client/session.ts";
import { Empty, Note, Page, Select, TextField } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { edit } from "../../texts/edit.ts";
import type { PageComponent } from "../page.ts";
import { Editor } from "./editor.tsx";
import { faultOfName } from "./names.ts";
import { maySetExpiry } from "./rights.ts";
import { moveDraft, useWork } from "./use-work.ts";
import { renamed, startOf } from "./work.ts";

/** Making a secret, in a folder of a mount or in the one that is chosen here. */

/** What a draft is of. */
const placeIn = (folder: string): string => `new ${folder}`;

interface MakingProps {
  /** The folder it goes into. */
  readonly folder: KvPath;
  /** A name to begin with. */
  readonly name: string;
}

const Making = ({ folder, name }: MakingProps) => {
  const place = placeIn(folder.mount + folder.path);
  const start = useMemo(() => ({ ...startOf({ is: "absent" }), name }), [name]);
  const working = useWork(place, start);
  const { work, change } = working;
  const fault = faultOfName(folder.path + work.name);
  const at = useMemo(() => ({ ...folder, path: folder.path + work.name }), [folder, work.name]);
  const { may, mountOf } = useSession();
  const mount = mountOf(folder.mount);
  return (
    <Editor
      place={place}
      at={fault === undefined ? at : undefined}
      working={working}
      onDiscard={working.discard}
      how="write"
      kept={edit.expiry.never}
      expires={maySetExpiry(at, may)}
      away={hrefOf("browse", folder.mount + folder.path)}
    >
      {(tried) => (
        <>
          <TextField
            label={edit.pathIn(folder.mount + folder.path)}
            hint={edit.pathHint}
            error={tried && fault !== undefined ? edit.names[work.name === "" ? "empty" : fault] : undefined}
            value={work.name}
            onInput={(typed) => change((before) => renamed(before, typed))}
            mono
            autofocus
          />
          {fault === undefined && !may(addressesOf(at).data, "create") && (
            <Note kind="warn">{edit.mayNotMake(at.mount + at.path)}</Note>
          )}
          {mount && isCubbyhole(mount) && <Note kind="warn">{edit.cubbyhole}</Note>}
          {folder.version === 1 && <Note kind="info">{edit.noVersions}</Note>}
        </>
      )}
    </Editor>
  );
};

const New: PageComponent = ({ place }) => {
  const { secretMounts, who } = useSession();
  const mounts = useMemo(() => placesToKeep(secretMounts), [secretMounts]);
  const [chosen, choose] = useState<string>();
  const given = place.path === "" ? (chosen ?? mounts[0] ?? "") : place.path;
  const at = useMemo(() => kvPathOf(secretMounts, given), [secretMounts, given]);
  const folder = useMemo(() => at && { ...at, path: parentOf(`${at.path}x`) }, [at]);
  const name = at && folder ? at.path.slice(folder.path.length) : "";
  return (
    <Page title={edit.titleNew} crumbs={folder ? crumbsTo(folder) : []}>
      {place.path === "" && mounts.length > 1 && (
        <Select
          label={edit.mount}
          value={given}
          onChange={(mount) => {
            moveDraft(who, placeIn(given), placeIn(mount));
            choose(mount);
          }}
          options={mounts.map((value) => ({ value, label: value }))}
        />
      )}
      {folder ? <Making key={given} folder={folder} name={name} /> : <Empty>{edit.noMount}</Empty>}
    </Page>
  );
};

export default New;
