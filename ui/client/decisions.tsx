import { useState } from "preact/hooks";
import { announce, Button, Combobox, Note, Tag, Visible } from "../kit/index.ts";
import { decisions } from "../texts/decisions.ts";
import { denial } from "../texts/failures.ts";
import type { Failure } from "./api.ts";
import { decidedPaths, OPERATIONS } from "./decided-paths.ts";
import { Failed } from "./denied.tsx";
import { type About, askDecision, type Explained } from "./explanation.ts";
import { rightsOf } from "./rights.ts";
import type { Operation } from "./rules.ts";
import { type Rule, type Session, useSession } from "./session.ts";
import { predicateOf, RuleLine } from "./why.tsx";

/** What somebody may do at a path, by which rule of which policy: the server's decisions, operation by operation. */

interface Decided {
  readonly operation: Operation;
  readonly path: string;
  readonly allowed: boolean;
  /** Absent: the server does not explain to the caller. */
  readonly explained: Explained | undefined;
  /** The caller's own rule there, for where the server may not name one. */
  readonly rule: Rule | undefined;
}

type Result = readonly Decided[] | Failure;

type OwnRule = (path: string, operation: Operation) => Rule | undefined;

const ownRuleOf = ({ rules, who }: Session): OwnRule => {
  const { ruleAt } = rightsOf(rules, who.root);
  return (path, operation) => ruleAt(path, operation === "list");
};

const decideAll = async (
  session: Session,
  paths: ReadonlyMap<Operation, string>,
  about: About | undefined,
): Promise<Result> => {
  const own: OwnRule = about ? () => undefined : ownRuleOf(session);
  const told = await Promise.all(
    [...paths].map(async ([operation, path]) => ({
      operation,
      path,
      answer: await askDecision({ operation, path, about }),
    })),
  );
  const decided: Decided[] = [];
  for (const { operation, path, answer } of told) {
    const rule = own(path, operation);
    if (!("ok" in answer)) decided.push({ operation, path, allowed: answer.allowed, explained: answer, rule });
    else if (answer.kind !== "denied" || about) return answer;
    else decided.push({ operation, path, allowed: session.may(path, operation), explained: undefined, rule });
  }
  return decided;
};

const OwnRuleLine = ({ rule, allowed }: { readonly rule: Rule; readonly allowed: boolean }) => (
  <>
    {denial.yourRule}{" "}
    <code>
      <Visible text={rule.pattern} />
    </code>{" "}
    {rule.capabilities.length === 0 ? denial.forbids : (allowed ? denial.allows : denial.allowsOnly)(rule.capabilities)}
  </>
);

const Reason = ({ decided: { explained, rule, allowed: may } }: { readonly decided: Decided }) => {
  if (explained?.decidedBy) {
    const { decidedBy, allowed } = explained;
    const predicate = allowed ? denial.allows(decidedBy.capabilities) : predicateOf(explained, decidedBy);
    return <RuleLine rule={decidedBy} predicate={predicate} />;
  }
  if (explained?.reason === "root") return <>{decisions.root}</>;
  if (rule) return <OwnRuleLine rule={rule} allowed={may} />;
  return <>{explained && explained.reason !== "no_rule" ? denial.hidden : denial.noRuleOf}</>;
};

const Table = ({ decided, label }: { readonly decided: readonly Decided[]; readonly label: string }) => (
  <ul class="decisions lines" aria-label={label}>
    {decided.map((one) => (
      <li key={one.operation}>
        <span class="decisions-operation">{decisions.operations[one.operation]}</span>
        <Tag kind={one.allowed ? "added" : "removed"}>{one.allowed ? decisions.allowed : decisions.denied}</Tag>
        <span class="decisions-reason">
          <Reason decided={one} />
        </span>
      </li>
    ))}
  </ul>
);

/** Whoever may not read a policy is not told what it decides for others. */
const Untold = ({ failure, others }: { readonly failure: Failure; readonly others: boolean }) =>
  others && failure.kind === "denied" ? <Note kind="info">{decisions.untold}</Note> : <Failed failure={failure} />;

interface DecisionsProps {
  /** Of whom; absent: the caller. */
  readonly about?: About | undefined;
  /** Paths to suggest. */
  readonly options?: readonly string[] | undefined;
  readonly label?: string | undefined;
}

export const Decisions = ({ about, options = [], label = decisions.label }: DecisionsProps) => {
  const session = useSession();
  const [path, setPath] = useState("");
  const [error, setError] = useState<string>();
  const [asked, setAsked] = useState<{ readonly path: string; readonly result: Result }>();
  const [busy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    setError(path.trim() === "" ? decisions.missing : undefined);
    if (path.trim() === "") return;
    setBusy(true);
    const paths = decidedPaths(path, session.secretMounts);
    const result = await decideAll(session, paths, about);
    setBusy(false);
    setAsked({ path: paths.get("read") ?? path, result });
    if ("ok" in result) return;
    announce(summaryOf(result));
  };
  const summaryOf = (decided: readonly Decided[]): string =>
    decisions.summary(
      OPERATIONS.filter((name) => decided.some((one) => one.operation === name && one.allowed)),
      OPERATIONS.filter((name) => decided.some((one) => one.operation === name && !one.allowed)),
    );
  const result = asked?.result;
  return (
    <div class="decisions-asked">
      <form
        class="field-line"
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <Combobox label={label} value={path} onInput={setPath} options={options} hint={decisions.hint} error={error} />
        <Button type="submit" busy={busy}>
          {decisions.ask}
        </Button>
      </form>
      {result && "ok" in result && <Untold failure={result} others={about !== undefined} />}
      {asked && result && !("ok" in result) && (
        <>
          <p>
            <code>
              <Visible text={asked.path} />
            </code>{" "}
            {summaryOf(result)}
          </p>
          {result.some((one) => !one.explained) && <p class="muted">{decisions.ownRules}</p>}
          <Table decided={result} label={decisions.table(asked.path)} />
        </>
      )}
    </div>
  );
};
