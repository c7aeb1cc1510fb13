import { useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { addressesOf, isFolder, type KvPath, kvPathOf, kvVersionOf } from "../../client/kv.ts";
import { rightsOf } from "../../client/rights.ts";
import { type Session, useSession } from "../../client/session.ts";
import { announce, Button, Checkbox, Note, Segmented, TextArea, useLeaveWarning } from "../../kit/index.ts";
import { share } from "../../texts/share.ts";
import { type Chosen, GiftFields } from "./gift.tsx";
import { type Gift, makeLinks, type Outcome, WRAP } from "./make.ts";
import { choicesOf, firstChoice, USUAL } from "./ttl.ts";

/** The form that makes links. */

const MOST = 20;
const NO_LIMITS = { min: 0, max: 0 };

const limitsOf = ({ rules, who }: Session, path: string) =>
  rightsOf(rules, who.root).ruleAt(path)?.wrapTtl ?? NO_LIMITS;

/** Without blank lines; one without a word where nothing is noted. */
const notesOf = (people: string): readonly string[] => {
  const lines = people
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.length > 0 ? lines : [""];
};

const giftOf = ({ kind, names, text }: Chosen, at: KvPath | undefined): Gift | undefined => {
  if (kind === "text") return text === "" ? undefined : { kind, text };
  if (!at || isFolder(at.path)) return undefined;
  if (kind === "secret") return { kind, at };
  return names.length === 0 ? undefined : { kind, at, names };
};

const wrongIn = ({ kind, names }: Chosen, at: KvPath | undefined) => {
  if (kind === "text") return { text: share.textNone };
  if (!at || isFolder(at.path)) return { path: share.secretMissing };
  return names.length === 0 ? { names: share.fieldsNone } : {};
};

const NOTES = { changed: share.changed, unwrapped: share.notWrapped } as const;

const Trouble = ({ failure }: { readonly failure: NonNullable<Outcome["failure"]> }) =>
  typeof failure === "string" ? <Note kind="warn">{NOTES[failure]}</Note> : <Failed failure={failure} />;

interface ShareFormProps {
  /** The secret that somebody came from; empty: none. */
  readonly path: string;
  readonly onMade: (ids: readonly number[]) => void;
}

export const ShareForm = ({ path, onMade }: ShareFormProps) => {
  const session = useSession();
  const [chosen, setChosen] = useState<Chosen>({ kind: path === "" ? "text" : "secret", path, names: [], text: "" });
  const [people, setPeople] = useState("");
  const [withCode, setWithCode] = useState(true);
  const [wanted, setWanted] = useState<number>();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Outcome["failure"]>();
  const leaving = useLeaveWarning(chosen.text !== "", share.leave);

  const at = kvPathOf(session.secretMounts, chosen.path);
  const gift = giftOf(chosen, at);
  const choices = choicesOf(limitsOf(session, gift?.kind === "secret" ? addressesOf(gift.at).data : WRAP));
  const ttl = wanted !== undefined && choices.includes(wanted) ? wanted : firstChoice(choices);
  const notes = notesOf(people);
  const tooMany = notes.length > MOST;

  const make = async (): Promise<void> => {
    setTried(true);
    if (!gift || tooMany || busy) return;
    setBusy(true);
    const outcome = await makeLinks({ who: session.who, gift, ttl, notes, withCode });
    setBusy(false);
    setFailure(outcome.failure);
    onMade(outcome.made);
    if (outcome.failure) return;
    announce(share.made(outcome.made.length));
    setTried(false);
    // What was written while they were made is for the next ones.
    setPeople((now) => (now === people ? "" : now));
    setChosen((now) => (now.text === chosen.text ? { ...now, text: "" } : now));
  };

  return (
    <form
      class="share-form"
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <GiftFields
        chosen={chosen}
        at={at}
        suggestions={session.secretMounts.filter(kvVersionOf).map((mount) => mount.path)}
        wrong={tried && !gift ? wrongIn(chosen, at) : {}}
        onChange={setChosen}
      />
      <Segmented
        label={share.ends}
        hint={choices.length < USUAL.length ? share.endsBounded : undefined}
        value={String(ttl)}
        onChange={(value) => setWanted(Number(value))}
        options={choices.map((choice) => ({ value: String(choice), label: share.lifetime(choice) }))}
      />
      <TextArea
        label={share.people}
        hint={share.peopleHint}
        error={tooMany ? share.peopleMany(MOST) : undefined}
        value={people}
        onInput={setPeople}
      />
      <Checkbox label={share.code} hint={share.codeHint} checked={withCode} onChange={setWithCode} />
      {failure && <Trouble failure={failure} />}
      <div class="actions">
        <Button kind="primary" type="submit" busy={busy}>
          {share.make(notes.length)}
        </Button>
      </div>
      {leaving}
    </form>
  );
};
