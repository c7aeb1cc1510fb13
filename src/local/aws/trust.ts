/**
 * Trust policies: who may assume a role. Principals, actions and the common condition operators are evaluated as the
 * IAM User Guide's "Policy evaluation logic" has it: an explicit Deny wins, and a condition that cannot be evaluated
 * never allows. Permission policies are not evaluated anywhere in these doubles.
 */
import { AwsError } from "./wire.ts";

/** What a trust policy is asked about. Context keys are lower-case. */
export interface TrustQuestion {
  /** `AWS`: the caller; `Service`: an AWS service acting for the account. */
  readonly kind: "AWS" | "Service";
  /** Every text a principal element may name the caller by. */
  readonly names: ReadonlySet<string>;
  /** `AIDA…` or `AROA…` behind each ARN of the caller. */
  readonly principalId: string;
  readonly action: string;
  readonly context: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/** What is read of a statement; nothing of it is believed to have any type. */
interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Condition?: unknown;
}

const isObject = (
  value: unknown,
): value is Json & Statement & { readonly AWS?: unknown; readonly Statement?: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const texts = (value: unknown): readonly string[] => list(value).map(String);

const malformed = (message: string): AwsError => new AwsError("MalformedPolicyDocument", message);

const glob = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replace(/\?/g, ".")}$`,
    "s",
  ).test(text);

/** The statements of a trust policy. Throws `MalformedPolicyDocument`. */
export const parseTrust = (text: string): readonly Statement[] => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed("This policy contains invalid Json");
  }
  if (!isObject(document)) throw malformed("Syntax errors in policy.");
  const statements = list(document.Statement);
  if (statements.length === 0) throw malformed("Missing required field Statement");
  return statements.map((statement) => {
    if (!isObject(statement)) throw malformed("Syntax errors in policy.");
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny") throw malformed("Missing required field Effect");
    if (!("Action" in statement) && !("NotAction" in statement)) throw malformed("Missing required field Action");
    if (!("Principal" in statement) && !("NotPrincipal" in statement)) {
      throw malformed("Missing required field Principal");
    }
    if ("Resource" in statement || "NotResource" in statement) throw malformed("Has prohibited field Resource");
    return statement;
  });
};

/** The ARNs a policy's `AWS` principals name. */
export const namedArns = (statements: readonly Statement[]): readonly string[] =>
  statements.flatMap((statement) => {
    const principal = statement.Principal ?? statement.NotPrincipal;
    return isObject(principal) ? texts(principal.AWS) : [];
  });

const principalMatches = (
  principal: unknown,
  question: TrustQuestion,
  ids: Readonly<Record<string, string>>,
): boolean => {
  if (principal === "*") return question.kind === "AWS";
  if (!isObject(principal)) return false;
  return texts(principal[question.kind]).some((name) => {
    if (name === "*") return question.kind === "AWS";
    if (!question.names.has(name)) return false;
    // A principal recreated under the same name is another principal.
    return ids[name] === undefined || ids[name] === question.principalId;
  });
};

const OPERATORS: Readonly<Record<string, (wanted: string, value: string) => boolean>> = {
  stringequals: (wanted, value) => wanted === value,
  stringequalsignorecase: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
  stringlike: glob,
  arnequals: glob,
  arnlike: glob,
  bool: (wanted, value) => wanted.toLowerCase() === value.toLowerCase(),
};

/** True, false, or undefined when the operator is not known here. */
const conditionHolds = (
  operator: string,
  key: string,
  wanted: readonly string[],
  context: Json,
): boolean | undefined => {
  let name = operator.toLowerCase();
  const value = context[key.toLowerCase()];
  if (name === "null") return wanted.some((w) => (w.toLowerCase() === "true") === (value === undefined));
  const ifExists = name.endsWith("ifexists");
  if (ifExists) name = name.slice(0, -"ifexists".length);
  const negated = /^(string|arn)not/.test(name);
  const test = OPERATORS[negated ? name.replace("not", "") : name];
  if (!test) return undefined;
  if (typeof value !== "string") return ifExists || negated;
  return wanted.some((w) => test(w, value)) !== negated;
};

const conditionsHold = (statement: Statement, question: TrustQuestion): boolean | undefined => {
  const conditions = statement.Condition;
  if (conditions === undefined) return true;
  if (!isObject(conditions)) return undefined;
  let known = true;
  for (const [operator, keys] of Object.entries(conditions)) {
    for (const [key, wanted] of Object.entries(isObject(keys) ? keys : {})) {
      const holds = conditionHolds(operator, key, texts(wanted), question.context);
      if (holds === false) return false;
      if (holds === undefined) known = false;
    }
  }
  return known ? true : undefined;
};

const applies = (statement: Statement, question: TrustQuestion, ids: Readonly<Record<string, string>>): boolean => {
  const action = (pattern: string): boolean => glob(pattern.toLowerCase(), question.action.toLowerCase());
  const named = "Action" in statement ? texts(statement.Action).some(action) : !texts(statement.NotAction).some(action);
  const everyone = statement.Effect === "Deny" && statement.Principal === "*";
  const principal = everyone
    ? true
    : "Principal" in statement
      ? principalMatches(statement.Principal, question, ids)
      : !principalMatches(statement.NotPrincipal, question, ids);
  return named && principal;
};

/** Whether a trust policy lets the asker in. `ids` are the role's `trustIds`. */
export const trusts = (text: string, ids: Readonly<Record<string, string>>, question: TrustQuestion): boolean => {
  const statements = parseTrust(text).filter((statement) => applies(statement, question, ids));
  const denied = statements.some((s) => s.Effect === "Deny" && conditionsHold(s, question) !== false);
  return !denied && statements.some((s) => s.Effect === "Allow" && conditionsHold(s, question) === true);
};
