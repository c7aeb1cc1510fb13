import { useState } from "preact/hooks";
import { Loading, Tag, Visible } from "../../kit/index.ts";
import { machines } from "../../texts/machines.ts";
import { type Readable, readableBy } from "./readable.ts";

/** What policies let a machine read; looked up when it is opened. */

const Found = ({ found }: { readonly found: Readable }) => {
  const { rules, hidden, missing, broken } = found;
  return (
    <>
      {rules.length === 0 && <p class="muted">{machines.readsNone}</p>}
      {rules.length > 0 && (
        <ul class="machines-rules lines">
          {rules.map(({ pattern, policy, line, denied }) => (
            <li key={`${policy}:${line}`}>
              <code>
                <Visible text={pattern} />
              </code>
              {denied && <Tag kind="removed">{machines.denied}</Tag>}
              <span class="muted">{policy}</span>
            </li>
          ))}
        </ul>
      )}
      {rules.some(({ templated }) => templated) && <p class="muted small">{machines.templated}</p>}
      {hidden.length > 0 && <p class="muted small">{machines.readsHidden(hidden)}</p>}
      {missing.map((name) => (
        <p class="muted small" key={name}>
          {machines.missing(name)}
        </p>
      ))}
      {broken.map((name) => (
        <p class="muted small" key={name}>
          {machines.broken(name)}
        </p>
      ))}
    </>
  );
};

interface ReadsProps {
  readonly name: string;
  readonly policies: readonly string[];
}

export const Reads = ({ name, policies }: ReadsProps) => {
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<Readable>();
  const toggle = (opened: boolean): void => {
    setOpen(opened);
    if (opened && !found) void readableBy(policies).then(setFound);
  };
  return (
    <details class="machines-reads" onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>
        {machines.reads}
        <span class="unseen-text"> ({name})</span>
      </summary>
      {found && <Found found={found} />}
      {isOpen && !found && <Loading />}
    </details>
  );
};
