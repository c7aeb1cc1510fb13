import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Failed } from "../../client/denied.tsx";
import { Button, exactTime, Note, TextField, Time } from "../../kit/index.ts";
import { type Code, readCode } from "../../share/code.ts";
import { open } from "../../texts/open.ts";
import type { Opening } from "./use-opening.ts";

/** What is said before a link is opened, and where it opens nothing. */

const WRAP = "sys/wrapping/wrap";

export const Gone = ({ at }: { readonly at: "opened-before" | "ended" }) => {
  const { title, text } = at === "ended" ? open.ended : open.opened;
  return (
    <Note kind={at === "ended" ? "info" : "danger"}>
      <strong>{title}</strong>
      <p>{text}</p>
    </Note>
  );
};

interface NoLinkProps {
  readonly at: "none" | "broken";
  readonly onPaste: (text: string) => void;
}

export const NoLink = ({ at, onPaste }: NoLinkProps) => {
  const [text, setText] = useState("");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        setText("");
        onPaste(text);
      }}
    >
      <Note kind={at === "broken" ? "warn" : "info"}>
        <strong>{open[at].title}</strong>
        <p>{open[at].text}</p>
      </Note>
      <TextField label={open.paste} value={text} onInput={setText} mono foreign />
      <div class="actions">
        <Button type="submit" disabled={text.trim() === ""}>
          {open.pasteGo}
        </Button>
      </div>
    </form>
  );
};

interface AskCodeProps {
  readonly wrong: boolean;
  readonly end: number;
  readonly onCode: (code: Code) => void;
}

const Until = ({ end }: { readonly end: number }) => (
  <p>
    {open.once} <strong>{exactTime(end * 1_000)}</strong>{" "}
    <span class="muted">
      (<Time at={end * 1_000} />)
    </span>
  </p>
);

/** The code is tried as soon as it is whole; that it is right opens nothing yet. */
export const AskCode = ({ wrong, end, onCode }: AskCodeProps) => {
  const [text, setText] = useState("");
  const [tried, setTried] = useState<Code>();
  const [short, setShort] = useState(false);
  const attempt = (written: string): void => {
    const code = readCode(written);
    setShort(false);
    if (code === undefined || code === tried) return;
    setTried(code);
    onCode(code);
  };
  const error = short ? open.codeShort : open.codeWrong;
  const same = tried !== undefined && readCode(text) === tried;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (readCode(text) === undefined) setShort(true);
        else attempt(text);
      }}
    >
      <p>{open.somebody}</p>
      <Until end={end} />
      <TextField
        label={open.code}
        hint={open.codeHint}
        error={short || (wrong && same) ? error : undefined}
        value={text}
        onInput={(written) => {
          setText(written);
          attempt(written);
        }}
        mono
        foreign
        autofocus
      />
      <div class="actions">
        <Button kind="primary" type="submit">
          {open.open}
        </Button>
      </div>
    </form>
  );
};

interface ReadyProps {
  readonly end: number;
  readonly from: string;
  readonly busy: boolean;
  readonly onOpen: () => void;
}

/** The one deliberate click. A button of no form: Enter in a field, or a program that sends forms, opens nothing. */
export const Ready = ({ end, from, busy, onOpen }: ReadyProps) => {
  const where = useRef<HTMLParagraphElement>(null);
  // After the code, whose field is gone: read where it came from before the click.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) where.current?.focus();
  }, []);
  return (
    <div class="form">
      <p>{open.somebody}</p>
      <Until end={end} />
      <p class="open-from" ref={where} tabIndex={-1}>
        <span class="muted">{open.from}</span> {from === WRAP ? open.fromText : <code>{from}</code>}
      </p>
      <div class="actions">
        <Button kind="primary" busy={busy} onClick={onOpen}>
          {open.open}
        </Button>
      </div>
    </div>
  );
};

export const Trouble = ({ failure, retry, lost }: Extract<Opening, { readonly at: "failed" }>) => (
  <>
    {lost && <Note kind="warn">{open.lost}</Note>}
    <Failed failure={failure} />
    <div class="actions">
      <Button onClick={retry}>{open.again}</Button>
    </div>
  </>
);
