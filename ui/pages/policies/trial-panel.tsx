import { useEffect, useState } from "preact/hooks";
import type { Explanation, Policy } from "../../../src/policy/index.ts";
import { askDecision } from "../../client/explanation.ts";
import { Button, Code, Section, Select, TextField } from "../../kit/index.ts";
import { type TrialOperation, tryDraft } from "../../policy/trial.ts";
import { policies } from "../../texts/policies.ts";
import { useTexts } from "./use-texts.ts";

/** A request tried on the draft, decided in the page. Only whether the path needs sudo is asked of the server. */

const OPERATIONS: readonly TrialOperation[] = ["read", "create", "update", "patch", "delete", "list"];

const namesIn = (text: string): readonly string[] =>
  [...new Set(text.split(",").map((name) => name.trim().toLowerCase()))].filter((name) => name !== "");

/** Of a path and an operation, whoever asks. Unknown, such as where the caller may not ask: no. */
const useSudo = (path: string, operation: TrialOperation): boolean => {
  const [found, setFound] = useState({ of: "", sudo: false });
  const of = `${operation} ${path}`;
  useEffect(() => {
    if (path === "") return;
    // While somebody is typing, the last keystroke asks.
    const timer = setTimeout(() => {
      void askDecision({ path, operation }).then((told) => {
        setFound({ of, sudo: !("ok" in told) && told.sudoRequired });
      });
    }, 250);
    return () => clearTimeout(timer);
  }, [of]);
  return found.of === of && found.sudo;
};

const Decided = ({ label, explanation, draft }: { label: string; explanation: Explanation; draft: string }) => {
  const { allowed, reason } = explanation.decision;
  const rule = explanation.candidates.find(({ decides }) => decides);
  const sources = rule?.sources.map(({ name, line }) =>
    policies.source(name === draft ? policies.draftName(name) : name, line),
  );
  return (
    <div class="policies-decided">
      <dt>{label}</dt>
      <dd>
        <strong class={allowed ? "policies-allowed" : "policies-denied"}>
          {allowed ? policies.allowed : policies.denied}
        </strong>
        {!allowed && `, ${policies.reasons[reason]}`}
        {rule && sources && (
          <>
            {" "}
            <span class="muted mono">{policies.byRule(rule.pattern, sources.join(", "))}</span>
          </>
        )}
      </dd>
    </div>
  );
};

interface TrialPanelProps {
  readonly draft: Policy;
  /** The text that is saved under this name, if there is one. */
  readonly saved: Policy | undefined;
  readonly onAdd: (stanza: string) => void;
}

export const TrialPanel = ({ draft, saved, onAdd }: TrialPanelProps) => {
  const [operation, setOperation] = useState<TrialOperation>("read");
  const [path, setPath] = useState("");
  const [together, setTogether] = useState("default");
  const found = useTexts(namesIn(together));
  const asked = path.trim().replace(/^\/+/, "");
  const sudoPath = useSudo(asked, operation);
  const request = { path: asked, operation, sudoPath };
  const now = found && asked !== "" ? tryDraft(draft, found.texts, request) : undefined;
  const before = now && saved ? tryDraft(saved, found?.texts ?? [], request).with : now?.without;
  const templated = draft.templated;
  return (
    <Section title={policies.try}>
      <p class="muted">{policies.tryIntro}</p>
      <div class="policies-try">
        <Select
          label={policies.operation}
          value={operation}
          onChange={(value) => setOperation(OPERATIONS.find((one) => one === value) ?? "read")}
          options={OPERATIONS.map((value) => ({ value, label: value }))}
        />
        <TextField label={policies.path} hint={policies.pathHint} value={path} onInput={setPath} mono />
        <TextField label={policies.with} hint={policies.withHint} value={together} onInput={setTogether} mono />
      </div>
      {found && found.unreadable.length > 0 && <p class="muted">{policies.unreadable(found.unreadable)}</p>}
      {templated && <p class="muted">{policies.templated}</p>}
      <div aria-live="polite">
        {now && before && (
          <dl class="policies-decisions">
            <Decided label={policies.asDraft} explanation={now.with} draft={draft.name} />
            <Decided label={saved ? policies.asSaved : policies.asNew} explanation={before} draft={draft.name} />
          </dl>
        )}
      </div>
      {now?.with.suggestion !== undefined && (
        <>
          <Code text={now.with.suggestion.trimEnd()} label={policies.wouldHelp} />
          <Button onClick={() => onAdd(now.with.suggestion ?? "")}>{policies.addStanza}</Button>
        </>
      )}
    </Section>
  );
};
