import { useEffect } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { type Act, useAct } from "../../client/use-act.ts";
import {
  Button,
  Code,
  copySecret,
  copyText,
  durationText,
  Icon,
  Tag,
  toast,
  useNow,
  useShown,
} from "../../kit/index.ts";
import { type Code as SpokenCode, shownCode } from "../../share/code.ts";
import { share } from "../../texts/share.ts";
import { cancel } from "./follow.ts";
import type { Held, Made } from "./made.ts";

/** The links of this tab: what became of each, and for those unopened the link itself, where it is asked for. */

const noteOf = ({ note }: Made): string => note || share.nobody;

const addressOf = ({ fragment }: Held): string => `${location.origin}/ui/open#${fragment}`;

/** A link that needs a code opens nothing without it, so it may stay in the clipboard. */
const copyLink = ({ held, ...made }: Made, link: Held): Promise<void> =>
  link.code
    ? copyText(addressOf(link), share.linkOf(noteOf({ held, ...made })))
    : copySecret(addressOf(link), share.linkOf(noteOf({ held, ...made })));

const Spoken = ({ code, note }: { readonly code: SpokenCode; readonly note: string }) => (
  <>
    <p class="share-code">
      <span class="muted">{share.codeWord}</span> <strong class="mono">{shownCode(code)}</strong>
      <Button
        kind="quiet"
        icon="copy"
        label={share.copyCodeOf(note)}
        onClick={() => void copySecret(shownCode(code), share.codeOf(note))}
      >
        {share.copyCode}
      </Button>
    </p>
    <p class="hint">{share.codeApart}</p>
  </>
);

const Opener = ({ made, held }: { readonly made: Made; readonly held: Held }) => (
  <div class="share-opener">
    <Code text={addressOf(held)} label={share.linkOf(noteOf(made))} />
    {held.code && <Spoken code={held.code} note={noteOf(made)} />}
  </div>
);

const StateOf = ({ made }: { readonly made: Made }) => {
  const left = Math.max(0, Math.ceil((made.endsAt - useNow()) / 1_000));
  return (
    <span class="share-state">
      <Tag kind={made.state === "opened" ? "added" : undefined}>{share.states[made.state]}</Tag>
      {made.state === "unopened" && <span class="muted small">{share.left(durationText(left))}</span>}
    </span>
  );
};

interface LinkProps {
  readonly made: Made;
  readonly shownAtFirst: boolean;
}

const UnopenedActions = ({
  made,
  held,
  shown,
  show,
  busy,
  act,
}: {
  readonly made: Made;
  readonly held: Held;
  readonly shown: boolean;
  readonly show: (shown: boolean) => void;
  readonly busy: boolean;
  readonly act: Act;
}) => {
  const note = noteOf(made);
  const stop = async (): Promise<void> => {
    const ended = await act(() => cancel(made));
    if (ended) toast(ended === "late" ? share.tooLate : share.cancelled);
  };
  return (
    <div class="actions">
      <Button icon="copy" label={`${share.copyLink}: ${note}`} onClick={() => void copyLink(made, held)}>
        {share.copyLink}
      </Button>
      <Button kind="quiet" label={(shown ? share.hideLinkOf : share.showLinkOf)(note)} onClick={() => show(!shown)}>
        {shown ? share.hideLink : share.showLink}
      </Button>
      <Button kind="quiet" busy={busy} label={share.cancelOf(note)} onClick={() => void stop()}>
        {share.cancel}
      </Button>
    </div>
  );
};

const LinkRow = ({ made, shownAtFirst }: LinkProps) => {
  const [shown, show] = useShown();
  useEffect(() => {
    if (shownAtFirst) show(true);
  }, [shownAtFirst]);
  const { busy, failure, act } = useAct();
  const { held } = made;
  return (
    <li class="share-made">
      <div class="share-line">
        <span class="share-note">
          <span class="share-to">
            <Icon name="link" />
            <span>{share.to(noteOf(made))}</span>
          </span>
          <span class="muted small mono">{made.from || share.aText}</span>
        </span>
        <StateOf made={made} />
        {held && <UnopenedActions made={made} held={held} shown={shown} show={show} busy={busy} act={act} />}
      </div>
      {held && shown && <Opener made={made} held={held} />}
      {failure && <Failed failure={failure} />}
    </li>
  );
};

/** `fresh`: just made, so that their links are shown. */
export const MadeList = ({ links, fresh }: { readonly links: readonly Made[]; readonly fresh: readonly number[] }) => (
  // biome-ignore lint/a11y/noRedundantRoles: without bullets, Safari reads no list.
  <ul class="share-list" role="list" aria-label={share.session}>
    {links.map((made) => (
      <LinkRow key={made.id} made={made} shownAtFirst={fresh.includes(made.id)} />
    ))}
  </ul>
);
