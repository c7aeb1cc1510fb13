import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { formsOf, headersOf, isSchema } from "../../src/framework/answers.ts";
import type { AnswerForm, Answers, AnyOp, Reply } from "../../src/framework/index.ts";
import { CoreReply } from "../../src/framework/reply.ts";

/**
 * Holds a reply against what its operation declares. Strictly: a member the declaration does not name is a fault, since
 * documents, forms and clients are made from the declaration alone.
 */

export interface Answered {
  /** What it was that answered, for the message: backend, operation and path. */
  readonly where: string;
  readonly op: AnyOp;
  readonly operation: string;
  readonly reply: Reply | undefined;
}

/** Members that parsing left out, by their place. */
const undeclared = (given: unknown, parsed: unknown, at: string): string[] => {
  if (typeof given !== "object" || given === null || typeof parsed !== "object" || parsed === null) return [];
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const place = at === "" ? name : `${at}.${name}`;
    if (!Object.hasOwn(parsed, name)) return [place];
    return undeclared(value, Reflect.get(parsed, name), place);
  });
};

const faultsOf = (schema: z.ZodType, value: unknown): string[] => {
  const parsed = schema.safeParse(value);
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  if (isDeepStrictEqual(parsed.data, value)) return [];
  return undeclared(value, parsed.data, "").map((place) => `undeclared member ${place}`);
};

const isEmpty = (reply: Reply): boolean =>
  (reply.data === undefined || reply.data === null) &&
  reply.auth === undefined &&
  reply.bare === undefined &&
  reply.raw === undefined &&
  !CoreReply.is(reply);

/** Why a reply is not of a form; nothing when it is. */
const against = (form: AnswerForm, reply: Reply): string[] => {
  if (isSchema(form)) return reply.data === undefined ? ["no data"] : faultsOf(form, reply.data);
  if (form === "nothing") return isEmpty(reply) ? [] : ["an answer where nothing is declared"];
  if (form === "login") return reply.auth !== undefined || CoreReply.is(reply) ? [] : ["no login"];
  if (form === "lease") return CoreReply.is(reply) ? [] : ["no lease"];
  const strange = Object.keys(reply.headers ?? {}).filter((name) => !headersOf(form).some((one) => one === name));
  if (strange.length > 0) return strange.map((name) => `undeclared header ${name}`);
  if ("bare" in form) return reply.bare === undefined ? ["no body"] : faultsOf(form.bare, reply.bare);
  // An unwrapped answer is of the type it was wrapped with.
  return reply.raw === undefined ? ["no bytes"] : [];
};

const declared = (answers: Answers): readonly AnswerForm[] => formsOf(answers);

/** Throws, naming the path, where a reply is not what its operation declares. */
export const checkAnswer = ({ where, op, operation, reply }: Answered): void => {
  const forms = declared(op.answers);
  const asks = operation === "read" || operation === "list";
  if (reply === undefined) {
    // Nothing found needs no declaration; a write that may answer nothing must say so.
    if (asks || forms.includes("nothing")) return;
    throw new Error(`${where} answers nothing, which it does not declare`);
  }
  // A status of its own with no data, or with a warning in place of data, is told by that.
  if (isEmpty(reply) && (reply.status ?? 200) >= 300) return;
  const faults = forms.map((form) => against(form, reply));
  if (faults.some((found) => found.length === 0)) return;
  throw new Error(`${where} does not answer what it declares: ${faults.flat().join("; ")}`);
};
