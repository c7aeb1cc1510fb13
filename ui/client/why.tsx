import { Link, Visible } from "../kit/index.ts";
import { hrefOf } from "../routes.ts";
import { denial } from "../texts/failures.ts";
import type { Explained, ExplainedRule, PolicyLine } from "./explanation.ts";
import { useSession } from "./session.ts";

/** A decision of the server in a sentence: which rule of which policy, and what it lacks. */

const isKey = <T extends object>(of: T, key: PropertyKey): key is keyof T => Object.hasOwn(of, key);

/** Links lead only where the caller may go. */
export const PolicyName = ({ name }: { readonly name: string }) => {
  const { may } = useSession();
  const shown = <strong>{name}</strong>;
  return may(`sys/policies/acl/${name}`, "read") ? <Link href={hrefOf("policies", name)}>{shown}</Link> : shown;
};

const Sources = ({ policies }: { readonly policies: readonly PolicyLine[] }) => (
  <>
    {policies.map(({ name, line }, index) => (
      <span key={`${name}:${line}`}>
        {index === 0 ? denial.of : denial.and} <PolicyName name={name} />, {denial.line(line)}
      </span>
    ))}
  </>
);

export const predicateOf = ({ reason, parameter }: Explained, { capabilities }: ExplainedRule): string => {
  if (reason === "explicit_deny") return denial.forbids;
  if (isKey(denial.reasons, reason)) return denial.reasons[reason];
  if (isKey(denial.parameters, reason)) return denial.parameters[reason](parameter);
  return denial.allowsOnly(capabilities);
};

export const RuleLine = ({ rule, predicate }: { readonly rule: ExplainedRule; readonly predicate: string }) => (
  <>
    {denial.rule}{" "}
    <code>
      <Visible text={rule.pattern} />
    </code>{" "}
    <Sources policies={rule.policies} />, {predicate}
  </>
);

/** Of a refused request. */
export const Why = ({ explained, sentFields }: { readonly explained: Explained; readonly sentFields: boolean }) => {
  const { allowed, decidedBy, reason, complete } = explained;
  if (allowed) return <p>{sentFields ? denial.allowedNow : denial.allowedButRefused}</p>;
  return (
    <>
      <p>
        {decidedBy ? (
          <RuleLine rule={decidedBy} predicate={predicateOf(explained, decidedBy)} />
        ) : reason === "no_rule" ? (
          denial.noRule
        ) : (
          denial.hidden
        )}
      </p>
      {!complete && decidedBy && <p class="failure-aside">{denial.incomplete}</p>}
    </>
  );
};
