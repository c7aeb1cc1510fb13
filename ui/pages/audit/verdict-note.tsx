import { useEffect } from "preact/hooks";
import type { OpenedLog } from "../../audit/opened.ts";
import { announce, Note } from "../../kit/index.ts";
import { audit } from "../../texts/audit.ts";

/** Whether the log is as it was written, in the words of the command line. */
export const VerdictNote = ({ log: { name, verdict } }: { readonly log: OpenedLog }) => {
  const count = verdict.ok ? verdict.writers.reduce((sum, { lines }) => sum + lines, 0) : 0;
  const says = verdict.ok
    ? count === 0
      ? audit.nothing
      : audit.intact(count, verdict.writers.length)
    : audit.broken(verdict.line, verdict.what);
  useEffect(() => announce(says), [verdict, says]);
  return (
    <Note kind={verdict.ok ? (count === 0 ? "warn" : "info") : "danger"}>
      <p>
        <strong class="mono">{name}</strong> {says}
      </p>
      {!verdict.ok && <p>{verdict.what.includes("unknown key") ? audit.unknownKeyHelp : audit.brokenHelp}</p>}
      {verdict.ok && verdict.others > 0 && <p>{audit.others(verdict.others)}</p>}
      {verdict.ok &&
        verdict.writers
          .filter(({ unsigned }) => unsigned > 0)
          .map(({ writer, unsigned }) => <p key={writer}>{audit.unsigned(writer, unsigned)}</p>)}
    </Note>
  );
};
