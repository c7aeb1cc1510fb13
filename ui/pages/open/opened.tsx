import { useState } from "preact/hooks";
import { useMaybeSession } from "../../client/session.ts";
import {
  Button,
  Fact,
  Facts,
  Note,
  SecretValue,
  Section,
  saveFile,
  useLeaveWarning,
  Visible,
} from "../../kit/index.ts";
import type { Content } from "../../share/content.ts";
import { open } from "../../texts/open.ts";
import { StoreDialog } from "./store.tsx";

/** What was opened: it is nowhere else any more, so leaving asks until it was kept. */

interface OpenedProps {
  readonly content: Content;
}

export const Opened = ({ content }: OpenedProps) => {
  const session = useMaybeSession();
  const [kept, setKept] = useState(false);
  const [storing, setStoring] = useState(false);
  const leaving = useLeaveWarning(!kept, open.leave);
  return (
    <Section title={open.here}>
      <Note kind="warn">{open.gone}</Note>
      <div class="open-given">
        <Facts>
          {content.fields.map(({ name, value }) => (
            <Fact key={name} name={<Visible text={name} />} mono>
              <SecretValue name={name} value={value} filename={`${name || "value"}.txt`} lines />
            </Fact>
          ))}
        </Facts>
      </div>
      <div class="actions">
        <Button
          kind="primary"
          icon="download"
          onClick={() => {
            saveFile(open.filename, content.json);
            setKept(true);
          }}
        >
          {open.saveAll}
        </Button>
        {session && <Button onClick={() => setStoring(true)}>{open.store}</Button>}
      </div>
      {session && storing && (
        <StoreDialog
          json={content.json}
          mounts={session.secretMounts}
          onStored={() => {
            setKept(true);
            setStoring(false);
          }}
          onClose={() => setStoring(false)}
        />
      )}
      {leaving}
    </Section>
  );
};
