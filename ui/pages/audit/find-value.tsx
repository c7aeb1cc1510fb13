import { useState } from "preact/hooks";
import type { OpenedLog } from "../../audit/opened.ts";
import { type Answer, post } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { useSession } from "../../client/session.ts";
import { Button, Code, Section, Select, TextField } from "../../kit/index.ts";
import { audit } from "../../texts/audit.ts";
import type { Device } from "./devices.tsx";

/** The lines that hold a value: the server hashes it as a device does, and the hash is looked for in the opened log. */

const NAMED_LINES = 20;

const linesWith = (log: OpenedLog, hash: string): readonly number[] =>
  log.lines.flatMap((line, index) => (line.includes(hash) ? [index + 1] : []));

interface FoundProps {
  readonly hash: string;
  readonly log: OpenedLog | undefined;
  readonly onLines: (lines: readonly number[]) => void;
}

const Found = ({ hash, log, onLines }: FoundProps) => {
  const lines = log ? linesWith(log, hash) : [];
  return (
    <>
      <Code text={hash} label={audit.hashed} copy />
      <p aria-live="polite">
        {log ? audit.foundIn(lines.length) : audit.noLog} {lines.slice(0, NAMED_LINES).join(", ")}
        {lines.length > NAMED_LINES && ", …"}
      </p>
      {lines.length > 0 && (
        <p>
          <Button onClick={() => onLines(lines)}>{audit.showFound}</Button>
        </p>
      )}
    </>
  );
};

interface FindValueProps {
  readonly log: OpenedLog | undefined;
  readonly devices: readonly Device[];
  /** Somebody wants to see the requests with these lines. */
  readonly onLines: (lines: readonly number[]) => void;
}

export const FindValue = ({ log, devices, onLines }: FindValueProps) => {
  const { may } = useSession();
  const [chosen, setChosen] = useState("");
  const [value, setValue] = useState("");
  const [answer, setAnswer] = useState<Answer | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const usable = devices.filter(({ path }) => may(`sys/audit-hash/${path.replace(/\/$/, "")}`, "update"));
  const device = usable.find(({ path }) => path === chosen) ?? usable[0];
  if (!device) return undefined;

  const find = async (): Promise<void> => {
    setBusy(true);
    setAnswer(await post(`sys/audit-hash/${device.path.replace(/\/$/, "")}`, { input: value }));
    setBusy(false);
    setValue("");
  };

  return (
    <Section title={audit.find}>
      <p class="muted">{audit.findIntro}</p>
      <form
        class="field-line"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && value !== "") void find();
        }}
      >
        <Select
          label={audit.device}
          value={device.path}
          onChange={setChosen}
          options={usable.map(({ path }) => ({ value: path, label: path }))}
        />
        <TextField label={audit.value} value={value} onInput={setValue} foreign masked mono />
        <Button type="submit" busy={busy}>
          {audit.hash}
        </Button>
      </form>
      {answer?.ok && <Found hash={String(answer.data["hash"])} log={log} onLines={onLines} />}
      {answer && !answer.ok && <Failed failure={answer} />}
    </Section>
  );
};
