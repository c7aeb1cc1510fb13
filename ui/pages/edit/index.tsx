import { useEffect, useMemo, useState } from "preact/hooks";
import { call } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, isFolder, type KvPath, kvPathOf, nameOf } from "../../client/kv.ts";
import { crumbsTo } from "../../client/kv-place.ts";
import { NotAllowed, Unreachable } from "../../client/not-allowed.tsx";
import { textIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useStage } from "../../client/stage.ts";
import { useApi } from "../../client/use-api.ts";
import { ButtonLink, durationText, Empty, Loading, Note, Page, parseDuration } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { edit } from "../../texts/edit.ts";
import type { PageComponent } from "../page.ts";
import { Editor } from "./editor.tsx";
import { type Found, readLatest } from "./reading.ts";
import { type How, howToSave, type May, maySetExpiry, onlyNew } from "./rights.ts";
import { useMay } from "./use-may.ts";
import { useDraft, useWork } from "./use-work.ts";
import { startOf } from "./work.ts";

/** Editing a secret that is there. */

const placeOf = ({ mount, path }: KvPath): string => `edit ${mount}${path}`;

const useFound = (at: KvPath, skip: boolean): readonly [Found | undefined, () => void] => {
  const [found, setFound] = useState<Found>();
  const [turn, setTurn] = useState(0);
  const again = (): void => setTurn((before) => before + 1);
  const present = useStage().is === "in";
  const missed = found?.is === "failed" && found.failure.kind === "ended";
  useEffect(() => {
    if (missed && present) again();
  }, [missed, present]);
  useEffect(() => {
    if (skip) return;
    let current = true;
    void readLatest(at, call).then((now) => {
      if (current) setFound(now);
    });
    return () => {
      current = false;
    };
  }, [at, skip, turn]);
  return [found, again];
};

/** What the secret's settings say about the end of new versions; empty: not known. */
const useKept = (at: KvPath, may: May): string => {
  const where = addressesOf(at);
  const path = where.version === 2 && may(where.metadata, "read") ? where.metadata : undefined;
  const { answer } = useApi(path === undefined ? undefined : { method: "GET", path });
  const after = answer?.ok ? parseDuration(textIn(answer.data, "delete_version_after")) : undefined;
  if (after === undefined) return edit.expiry.kept;
  return after === 0 ? edit.expiry.never : edit.expiry.keptAt(durationText(after));
};

const Notes = ({ at, base, how }: { at: KvPath; base: Found; how: How }) => (
  <>
    {base.is === "deleted" && <Note kind="info">{edit.deleted(base.version)}</Note>}
    {base.is === "absent" && <Note kind="warn">{edit.unread.create}</Note>}
    {base.is === "unread" && (
      <Note kind="warn">
        {how === "patch" ? edit.unread.patch : edit.unread.write}{" "}
        {base.names && edit.unread.names(base.names.map(edit.called))}
      </Note>
    )}
    {base.is === "stored" && how === "patch" && <Note kind="info">{edit.partOnly}</Note>}
    {at.version === 1 && <Note kind="info">{edit.noVersions}</Note>}
  </>
);

interface EditingProps {
  readonly at: KvPath;
  readonly base: Found;
  readonly may: May;
  readonly onDiscard: () => void;
}

const Editing = ({ at, base, may, onDiscard }: EditingProps) => {
  const place = placeOf(at);
  const start = useMemo(() => startOf(base), [base]);
  const working = useWork(place, start);
  const kept = useKept(at, may);
  const how = howToSave(at, working.work.base, may);
  return (
    <Editor
      place={place}
      at={at}
      working={working}
      onDiscard={onDiscard}
      how={how}
      kept={kept}
      expires={maySetExpiry(at, may)}
      away={hrefOf("browse", at.mount + at.path)}
    >
      {() => !working.work.conflict && <Notes at={at} base={working.work.base} how={how} />}
    </Editor>
  );
};

/** What to edit, or why there is nothing to. */
const Content = ({ at }: { readonly at: KvPath }) => {
  const may = useMay(at);
  const [draft, forget] = useDraft(placeOf(at));
  const [read, again] = useFound(at, draft !== undefined);
  const found = draft?.base ?? read;
  const path = at.mount + at.path;
  const back = <ButtonLink href={hrefOf("browse", path)}>{edit.back}</ButtonLink>;
  if (!may || !found) return <Loading />;
  if (found.is === "failed") return <Failed failure={found.failure} again={again} />;
  if (found.is === "absent" && !draft) {
    return <Empty action={<ButtonLink href={hrefOf("new", path)}>{edit.make}</ButtonLink>}>{edit.nothing(path)}</Empty>;
  }
  const base: Found = onlyNew(at, found, may) ? { is: "absent" } : found;
  if (howToSave(at, base, may) === "none")
    return (
      <>
        <Empty action={back}>{edit.mayNot(path)}</Empty>
        <NotAllowed request={{ method: "POST", path: addressesOf(at).data }} />
      </>
    );
  return <Editing at={at} base={base} may={may} onDiscard={forget} />;
};

const Edit: PageComponent = ({ place }) => {
  const { secretMounts } = useSession();
  const at = useMemo(() => kvPathOf(secretMounts, place.path), [secretMounts, place.path]);
  const known = at && !isFolder(at.path) ? at : undefined;
  const title = edit.titleEdit(nameOf(place.path));
  return (
    <Page title={title} crumbs={known ? crumbsTo(known) : []}>
      {known ? <Content key={place.path} at={known} /> : <Unreachable path={place.path} />}
    </Page>
  );
};

export default Edit;
