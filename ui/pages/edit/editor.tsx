import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { serverNow } from "../../client/clock.ts";
import { type KvPath, nameOf } from "../../client/kv.ts";
import { useGo, useSaveKey } from "../../client/use-act.ts";
import { Button, Checkbox, Note, Segmented, toast, useLeaveWarning } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { edit } from "../../texts/edit.ts";
import { ConflictPanel } from "./conflict-panel.tsx";
import { ExpiryField } from "./expiry-field.tsx";
import { FieldList } from "./field-list.tsx";
import { JsonArea } from "./json-area.tsx";
import { type Field, faultsOf, fromJson, toJson } from "./model.ts";
import { hindrancesOf, isBlind, orderOf } from "./order.ts";
import type { How } from "./rights.ts";
import { Hindered, SaveBar } from "./save-bar.tsx";
import { casOf, type Outcome } from "./saving.ts";
import { useSaving } from "./use-saving.ts";
import { dropDraft, dropSaved, type Working } from "./use-work.ts";
import { currentFields, type Work, withAll, withConflict, withFields, withSaved, withSide } from "./work.ts";

/**
 * Fields or JSON, an end, and saving, for new secrets and for those that are there. What is entered is a draft until it
 * is saved; nothing is written but by a click or Ctrl+S.
 */

interface EditorProps {
  readonly place: string;
  /** Where it is saved; `undefined`: its path is not right yet. */
  readonly at: KvPath | undefined;
  readonly working: Working;
  /** Gives a restored draft up. */
  readonly onDiscard: () => void;
  readonly how: How;
  /** What the settings say about the end, in words. */
  readonly kept: string;
  readonly expires: boolean;
  /** Where to go when the work is given up. */
  readonly away: string;
  /** Before the fields; `tried`: somebody wanted to save. */
  readonly children: (tried: boolean) => ComponentChildren;
}

type Saved = Extract<Outcome, { readonly is: "saved" }>;

const toldSaved = ({ version, already }: Saved, path: string): void => {
  const name = nameOf(path);
  const text = (already ? edit.savedAlready : edit.saved)(name, version);
  const before = version === undefined ? 0 : version - 1;
  const compare = {
    label: edit.compare(before),
    run: () => navigate(hrefOf("browse", path, { tab: "history", compare: String(before) })),
  };
  toast(text, before > 0 ? compare : undefined);
};

const setView = (work: Work, view: string): Work => {
  const { content } = work;
  if (view === content.view) return work;
  if (content.view === "fields") return { ...work, content: toJson(content.fields) };
  const read = fromJson(content.text, content.fields);
  return "fault" in read ? work : withFields(work, read);
};

/** A password that comes late does not undo JSON that was written since. */
const withNext = (work: Work, next: (fields: readonly Field[]) => readonly Field[]): Work =>
  work.content.view === "json" ? work : withFields(work, next(work.content.fields));

/** What is to be done before it can be saved, and belongs to none of the fields. */
const Open = ({ children }: { readonly children: string }) => (
  <p class="error edit-open" tabIndex={-1} role="status">
    {children}
  </p>
);

export const Editor = ({ place, at, working, onDiscard, how, kept, expires, away, children }: EditorProps) => {
  const { work, changed, restored, change, latest } = working;
  const { busy, hindered, run } = useSaving();
  const [tried, setTried] = useState(false);
  const { going, go } = useGo();
  const root = useRef<HTMLDivElement>(null);
  const question = useLeaveWarning(changed && !going, edit.leave);

  const hindrances = hindrancesOf(work, how, serverNow());
  const seen = tried ? hindrances : undefined;

  const save = async (): Promise<void> => {
    setTried(true);
    const sent = latest();
    const order = at && orderOf(at, sent, how, serverNow());
    if (!order) {
      // The first error, once it is drawn.
      setTimeout(() => root.current?.querySelector<HTMLElement>('[aria-invalid="true"], .edit-open')?.focus());
      return;
    }
    const outcome = await run(order);
    // Who went on writing while it was on its way loses none of it.
    const now = latest();
    if (outcome?.is === "conflict") {
      setTried(false);
      const mine = now === sent ? order.fields : (currentFields(now) ?? order.fields);
      change((before) => withConflict(before, outcome.theirs, mine));
    }
    if (outcome?.is !== "saved") return;
    const path = order.at.mount + order.at.path;
    toldSaved(outcome, path);
    if (now !== sent) return change((before) => withSaved(before, outcome.version, order.fields));
    dropSaved(place, sent);
    go(hrefOf("browse", path));
  };
  useSaveKey(() => void save());

  const giveUp = (): void => {
    dropDraft(place);
    go(away);
  };
  const { content, conflict, expiry } = work;
  const cas = casOf(work.base);
  return (
    <div class="edit" ref={root}>
      {restored && changed && (
        <Note kind="info" actions={<Button onClick={onDiscard}>{edit.discard}</Button>}>
          {edit.restored}
        </Note>
      )}
      {conflict && (
        <ConflictPanel
          work={work}
          conflict={conflict}
          onSide={(row, side) => change((before) => withSide(before, row, side))}
          onAll={(side) => change((before) => withAll(before, side))}
        />
      )}
      {children(tried)}
      <Segmented
        label={edit.view}
        value={content.view}
        onChange={(view) => {
          if (content.view === "fields" && faultsOf(content.fields).size > 0) setTried(true);
          change((before) => setView(before, view));
        }}
        options={[
          { value: "fields", label: edit.views.fields },
          { value: "json", label: edit.views.json },
        ]}
      />
      {content.view === "fields" ? (
        <FieldList
          fields={content.fields}
          faults={tried ? hindrances.faults : NO_FAULTS}
          onChange={(next) => change((before) => withNext(before, next))}
        />
      ) : (
        <JsonArea
          text={content.text}
          fields={content.fields}
          onInput={(text) => change((before) => ({ ...before, content: { ...before.content, view: "json", text } }))}
        />
      )}
      {expires && (
        <ExpiryField
          expiry={expiry}
          kept={kept}
          error={seen?.past ? edit.past : undefined}
          onChange={(next) => change((before) => ({ ...before, expiry: next }))}
        />
      )}
      {isBlind(work, how) && (
        <Checkbox
          label={edit.unread.confirm}
          checked={work.blind}
          onChange={(blind) => change((before) => ({ ...before, blind }))}
        />
      )}
      {seen?.unconfirmed && <Open>{edit.unread.unconfirmed}</Open>}
      {seen && seen.undecided.length > 0 && <Open>{edit.conflict.undecided(seen.undecided.map(edit.called))}</Open>}
      <Hindered hindered={hindered} tells={cas !== undefined || at?.version === 1} again={() => void save()} />
      <SaveBar
        label={conflict && cas !== undefined ? edit.saveNext(cas + 1) : edit.save}
        busy={busy}
        changed={changed}
        onSave={() => void save()}
        onCancel={giveUp}
      />
      {question}
    </div>
  );
};

const NO_FAULTS = new Map();
