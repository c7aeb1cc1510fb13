import { useEffect, useId, useState } from "preact/hooks";
import type { VerifyOptions } from "../../../src/audit/judge.ts";
import { LARGEST_MB, type OpenedLog, openLog } from "../../audit/opened.ts";
import { readKey } from "../../audit/verify.ts";
import { useApi } from "../../client/use-api.ts";
import { announce, Checkbox, Loading, Note, Section, TextArea } from "../../kit/index.ts";
import { audit } from "../../texts/audit.ts";

/** The file, how it is to be read, and the keys of its checkpoints. */

const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** The server's key, or `undefined` while it is on its way or where the caller may not read it. */
const useServedKey = () => {
  const { answer } = useApi({ method: "GET", path: "sys/audit-key" });
  const { public_key: pem, id } = answer?.ok ? answer.data : {};
  return {
    asked: answer !== undefined,
    served: typeof pem === "string" ? { pem, id: String(id) } : undefined,
  };
};

/** `undefined`: nothing went wrong. */
const problemOf = async (file: File, pasted: string): Promise<string | undefined> => {
  if (file.size > LARGEST_MB * 1_000_000) return audit.tooLarge(LARGEST_MB);
  const blocks = pasted.match(BLOCK) ?? [];
  if (pasted.trim() !== "" && blocks.length === 0) return audit.keyWrong;
  try {
    await Promise.all(blocks.map(readKey));
    return undefined;
  } catch {
    return audit.keyWrong;
  }
};

/** A file on its way, and how it was to be read when it was chosen. */
interface Chosen {
  readonly file: File;
  /** Keys in PEM, as entered. */
  readonly pasted: string;
  readonly reading: VerifyOptions;
}

/** The log, or in words why it cannot be opened. */
const openWith = async ({ file, pasted, reading }: Chosen, served: string | undefined): Promise<OpenedLog | string> => {
  const problem = await problemOf(file, pasted);
  if (problem !== undefined) return problem;
  const pems = [...(served === undefined ? [] : [served]), ...(pasted.match(BLOCK) ?? [])];
  return openLog(file, pems, reading).catch(() => audit.unreadable);
};

export const OpenLog = ({ onOpened }: { readonly onOpened: (log: OpenedLog | undefined) => void }) => {
  const { asked, served } = useServedKey();
  const [pasted, setPasted] = useState("");
  const [continued, setContinued] = useState(false);
  const [mixed, setMixed] = useState(false);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [chosen, setChosen] = useState<Chosen>();
  const id = useId();

  const open = (file: File | undefined): void => {
    if (!file) return;
    onOpened(undefined);
    setProblem(undefined);
    setChosen({ file, pasted, reading: { continued, mixed } });
  };

  useEffect(() => {
    // Read before the server's key is there, every checkpoint would be of an unknown key.
    if (!chosen || !asked) return;
    let current = true;
    void openWith(chosen, served?.pem).then((opened) => {
      if (!current) return;
      setChosen(undefined);
      if (typeof opened === "string") {
        setProblem(opened);
        announce(opened);
      } else onOpened(opened);
    });
    return () => {
      current = false;
    };
  }, [chosen, asked]);

  return (
    <Section title={audit.check}>
      <div class="audit-reading">
        <Checkbox label={audit.continued} hint={audit.continuedHint} checked={continued} onChange={setContinued} />
        <Checkbox label={audit.mixed} hint={audit.mixedHint} checked={mixed} onChange={setMixed} />
      </div>
      <TextArea
        label={served || !asked ? audit.keyMore : audit.key}
        hint={served ? audit.keyServed(served.id) : asked ? audit.keyDenied : undefined}
        value={pasted}
        onInput={setPasted}
        mono
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut of the file field inside */}
      <div
        class={over ? "audit-drop over" : "audit-drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          open(event.dataTransfer?.files[0]);
        }}
      >
        <label class="label" for={id}>
          {audit.drop}
        </label>
        <input
          id={id}
          type="file"
          aria-describedby={`${id}-forms`}
          onChange={(event) => {
            open(event.currentTarget.files?.[0]);
            // The same file may be chosen again, with other settings.
            event.currentTarget.value = "";
          }}
        />
        <p class="hint" id={`${id}-forms`}>
          {audit.forms}
        </p>
      </div>
      {chosen && <Loading />}
      {problem !== undefined && <Note kind="danger">{problem}</Note>}
    </Section>
  );
};
