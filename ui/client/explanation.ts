import { type Failure, type JsonObject, post } from "./api.ts";
import { numberIn, objectsIn, textIn, textsIn, trueIn } from "./read-json.ts";
import type { Operation } from "./rules.ts";

/**
 * `sys/policies/explain`: how the server decides a request, by which policy and line. Whoever may not ask gets
 * `undefined`, and the page falls back to the caller's own rules.
 *
 * Security: names of a request's fields are sent, never their values, which may be secrets.
 */

export interface PolicyLine {
  readonly name: string;
  readonly line: number;
}

export interface ExplainedRule {
  readonly pattern: string;
  readonly capabilities: readonly string[];
  readonly policies: readonly PolicyLine[];
}

export interface Explained {
  readonly operation: Operation;
  readonly allowed: boolean;
  /** As `src/policy` names it: `no_rule`, `capability_missing`, `sudo_missing` and so on. */
  readonly reason: string;
  readonly sudoRequired: boolean;
  /** The rule that decided, unless it is in a policy that the caller may not read. */
  readonly decidedBy: ExplainedRule | undefined;
  readonly parameter: string;
  /** False: policies that the caller may not read took part. */
  readonly complete: boolean;
  /** A stanza that would allow it. */
  readonly suggestion: string | undefined;
}

export interface About {
  readonly entityId?: string | undefined;
  readonly policies?: readonly string[] | undefined;
}

export interface Question {
  readonly path: string;
  readonly operation: Operation;
  /** Of whom; absent: the caller. An entity and policies together: a login that gives these policies. */
  readonly about?: About | undefined;
  /** Names of the fields sent. */
  readonly fields?: readonly string[] | undefined;
  readonly wrapTtl?: string | undefined;
}

const linesIn = (from: JsonObject): readonly PolicyLine[] =>
  objectsIn(from, "policies").map((one) => ({ name: textIn(one, "name"), line: numberIn(one, "line") }));

const ruleIn = (from: JsonObject): ExplainedRule => ({
  pattern: textIn(from, "pattern"),
  capabilities: textsIn(from, "capabilities"),
  policies: linesIn(from),
});

const explainedOf = (data: JsonObject, { operation }: Question): Explained => {
  const deciding = objectsIn(data, "rules").find((rule) => trueIn(rule, "decides"));
  return {
    operation,
    allowed: trueIn(data, "allowed"),
    reason: textIn(data, "reason"),
    sudoRequired: trueIn(data, "sudo_required"),
    decidedBy: deciding && ruleIn(deciding),
    parameter: textIn(data, "parameter"),
    complete: trueIn(data, "complete"),
    suggestion: textIn(data, "suggestion") || undefined,
  };
};

const aboutOf = ({ entityId, policies }: About): JsonObject => ({
  ...(entityId !== undefined && { entity_id: entityId }),
  ...(policies !== undefined && { policies }),
});

/** The server's decision, or why it did not tell. */
export const askDecision = async (question: Question): Promise<Explained | Failure> => {
  const { path, operation, about, fields = [], wrapTtl } = question;
  const answer = await post("sys/policies/explain", {
    path,
    operation,
    ...(about && aboutOf(about)),
    ...(fields.length > 0 && { parameters: Object.fromEntries(fields.map((name) => [name, null])) }),
    ...(wrapTtl !== undefined && { wrap_ttl: wrapTtl }),
  });
  return answer.ok ? explainedOf(answer.data, question) : answer;
};

const askWhy = async (question: Question): Promise<Explained | undefined> => {
  const told = await askDecision(question);
  return "ok" in told ? undefined : told;
};

/**
 * Why a request was refused. A write is judged as `create` or as `update`, by what is there already, which the page does
 * not know: where updating is allowed, creating is what was refused.
 */
export const askWhyRefused = async (question: Question): Promise<Explained | undefined> => {
  const first = await askWhy(question);
  if (!first?.allowed || question.operation !== "update") return first;
  const second = await askWhy({ ...question, operation: "create" });
  return second && !second.allowed ? second : first;
};
