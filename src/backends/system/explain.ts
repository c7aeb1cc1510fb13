import { z } from "zod";
import type { Core } from "../../core/core.ts";
import { findEntity } from "../../core/identity/find.ts";
import { mountOf } from "../../core/request/canonical.ts";
import { callerOf } from "../../core/request/context.ts";
import { decideOn, type Question } from "../../core/request/decision.ts";
import { explainOn, explainUnmounted } from "../../core/request/explanation.ts";
import { rowOf } from "../../core/request/route.ts";
import { type BackendContext, field, invalidRequest, op, path, permissionDenied } from "../../framework/index.ts";
import { type Acl, canonicalPolicyNames, compileAcl, type Explanation } from "../../policy/index.ts";
import { reaches } from "../../policy/resultant.ts";
import type { Seconds } from "../../std/brand.ts";
import { accessorsSubject, callersSubject, type Subject, subjectOf, tokensSubject } from "./subject.ts";

/**
 * `sys/policies/explain`, which Vault does not have: how a request would be decided, by which policy and line, and
 * which rule would have allowed it.
 *
 * Security: the answer holds nothing of a policy the caller may not read, neither its name, its patterns nor the reason
 * it gave; asking about another token or entity needs the same right as the ordinary endpoint for that. The `default`
 * policy lets everybody ask about themselves, so a mount out of the caller's reach is explained like a path without one:
 * whether it is there, what folds in it and what needs sudo stay unsaid.
 */

const OPERATIONS = ["create", "read", "update", "patch", "delete", "list", "scan"] as const;
type Asked = (typeof OPERATIONS)[number];
const isOperation = (text: string): text is Asked => OPERATIONS.some((one) => one === text);

const Input = z.object({
  token: field.text("the token asked about; the calling token when nobody is named"),
  accessor: field.text("accessor of the token asked about"),
  entity_id: field.text("the entity asked about, without any token; with policies, a login that gives it these"),
  policies: field.commaList("a set of policies, without any token; with an entity, besides its own"),
  path: field.text("path of the request, without /v1/"),
  operation: field.text("create, read, update, patch, delete, list or scan"),
  parameters: field.map("body or query of the request"),
  wrap_ttl: field.duration("wrapping asked for with the request"),
});
type Given = z.output<typeof Input>;

const Source = z.object({ name: z.string(), line: z.number() });
const Answer = z.object({
  path: z.string(),
  operation: z.string(),
  sudo_required: z.boolean(),
  allowed: z.boolean(),
  reason: z.string().describe("why; `granted` or `denied` alone where an unreadable policy decided"),
  decided_by: z.object({ pattern: z.string(), policies: z.array(Source) }).nullable(),
  parameter: z.string().nullable().describe("the parameter at fault"),
  rules: z
    .array(
      z.object({
        pattern: z.string(),
        capabilities: z.array(z.string()),
        policies: z.array(Source),
        decides: z.boolean(),
      }),
    )
    .describe("every matching rule of policies the caller may read"),
  complete: z.boolean().describe("false where policies the caller may not read took part"),
  suggestion: z.string().nullable().describe("a stanza that would allow the request"),
});

/** Why the request would be decided so by these rules. */
type Explain = (acl: Acl) => Promise<Explanation>;

export const explainPaths = (core: Core) => {
  const may = async (acl: Acl, of: string, operation: Asked): Promise<boolean> =>
    (await decideOn(core, acl, { path: of, operation, parameters: {}, sudoPath: false })).allowed;

  const readable = async (caller: Acl, name: string): Promise<boolean> =>
    (await may(caller, `sys/policies/acl/${name}`, "read")) || may(caller, `sys/policy/${name}`, "read");

  const readableOf = async (caller: Acl, names: readonly string[]): Promise<ReadonlySet<string>> => {
    const visible = new Set<string>();
    for (const name of names) if (await readable(caller, name)) visible.add(name);
    return visible;
  };

  const need = (allowed: boolean, what: string): void => {
    if (!allowed) throw permissionDenied(`the caller lacks ${what}`, "permission denied", true);
  };

  const policiesFor = async (given: readonly string[], caller: Subject): Promise<readonly string[]> => {
    const names = canonicalPolicyNames(given);
    // Answers about policies of the caller's choice would reveal their text, question by question.
    for (const name of names) need(await readable(caller.acl, name), `the right to read policy ${name}`);
    return names;
  };

  const entitySubject = async (id: string, besides: readonly string[], caller: Subject): Promise<Subject> => {
    need(await may(caller.acl, `identity/entity/id/${id}`, "read"), "the right to read the entity");
    const entity = await findEntity(core, id);
    if (!entity) throw invalidRequest("entity not found from id");
    return subjectOf(core, [...new Set([...besides, ...entity.allPolicies])].sort(), entity);
  };

  const subjectFor = async (input: Given, caller: Subject): Promise<Subject> => {
    const named = [input.token, input.accessor, input.entity_id ?? input.policies].filter((one) => one !== undefined);
    if (named.length === 0) return caller;
    if (named.length > 1) throw invalidRequest("give one of token, accessor, and entity_id or policies or both");
    if (input.token !== undefined) {
      need(await may(caller.acl, "sys/capabilities", "update"), "the right to ask about a token");
      return tokensSubject(core, await core.tokens.lookup(input.token));
    }
    if (input.accessor !== undefined) {
      need(await may(caller.acl, "sys/capabilities-accessor", "update"), "the right to ask about an accessor");
      return accessorsSubject(core, input.accessor);
    }
    const policies = await policiesFor(input.policies ?? [], caller);
    if (input.entity_id === undefined) return subjectOf(core, policies, undefined);
    return entitySubject(input.entity_id, policies, caller);
  };

  const needsSudo = async (asked: string, operation: Asked): Promise<boolean> => {
    const ops = (await rowOf(core, await core.config.snapshot(), asked))?.ops;
    return (ops?.[operation] ?? (operation === "create" ? ops?.update : undefined))?.access === "sudo";
  };

  /** Leaves out whatever an unreadable policy contributed. */
  const shown = async (explanation: Explanation, explain: Explain, subject: Subject, caller: Subject) => {
    const { decision, candidates } = explanation;
    const visible = await readableOf(caller.acl, subject.policies);
    const complete = subject.policies.every((name) => visible.has(name));
    const open = candidates.filter(({ sources }) => sources.every(({ name }) => visible.has(name)));
    const rule = open.some(({ decides }) => decides) ? decision.rule : undefined;
    const plain = complete || rule !== undefined;
    const told = plain ? decision : { reason: decision.allowed ? "granted" : "denied", parameter: undefined };
    const { suggestion } = plain ? explanation : await explain(compileAcl([]));
    return {
      allowed: decision.allowed,
      reason: told.reason,
      decided_by: rule ?? null,
      parameter: told.parameter ?? null,
      rules: open.map(({ pattern, capabilities, sources, decides }) => ({
        pattern,
        capabilities,
        policies: sources,
        decides,
      })),
      // False: policies the caller may not read took part.
      complete,
      suggestion: decision.allowed ? null : (suggestion ?? null),
    };
  };

  const requestOf = async (input: Given): Promise<Question> => {
    if (input.path === undefined || input.path === "") throw invalidRequest("missing path");
    const operation = input.operation ?? "";
    if (!isOperation(operation)) throw invalidRequest(`operation must be one of ${OPERATIONS.join(", ")}`);
    const wrapTtl: Seconds | undefined = input.wrap_ttl;
    return {
      path: input.path,
      operation,
      parameters: input.parameters ?? {},
      wrapTtl,
      sudoPath: await needsSudo(input.path, operation),
    };
  };

  const inReach = async (acl: Acl, asked: string): Promise<boolean> => {
    const mount = mountOf(core, await core.config.snapshot(), asked);
    return mount !== undefined && reaches(acl, mount.info.path);
  };

  const answer = async (input: Given, cx: BackendContext) => {
    const caller = await callersSubject(core, callerOf(cx));
    const asked = await requestOf(input);
    const subject = await subjectFor(input, caller);
    const hidden = subject === caller && !(await inReach(caller.acl, asked.path));
    const explain = async (acl: Acl) => (hidden ? explainUnmounted(acl, asked) : explainOn(core, acl, asked));
    const explanation = await explain(subject.acl);
    const sudo_required = asked.sudoPath && !hidden;
    const told = await shown(explanation, explain, subject, caller);
    return { data: { path: explanation.path, operation: asked.operation, sudo_required, ...told } };
  };

  return [
    path("policies/explain", {
      summary: "why a request is allowed or denied",
      params: {},
      ops: {
        update: op({
          summary: "explain a decision",
          answers: Answer,
          input: Input,
          handle: ({ input }, cx) => answer(input, cx),
        }),
      },
    }),
  ];
};
