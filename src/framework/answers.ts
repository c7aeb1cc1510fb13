import { z } from "zod";
import { isJsonObject, type JsonObject } from "../std/json.ts";
import type { AnswerHeader, BareReply, CoreReply, DataReply, EmptyReply, LoginReply, RawReply } from "./reply.ts";

/**
 * What an operation answers, declared next to it. Documents, forms and clients are derived from the declaration; the
 * compiler holds the handler to it, and the tests hold every reply to it.
 */

/**
 * - a schema: the shape of `data`;
 * - `nothing`: no data. 204, or warnings alone, or a status of its own;
 * - `login`: the `auth` block of a token;
 * - `lease`: an extended lease, without data;
 * - `bare`: a JSON body outside the envelope;
 * - `raw`: bytes of a content type.
 *
 * The last two may name `headers` that they set.
 */
export type AnswerForm =
  | z.ZodType
  | "nothing"
  | "login"
  | "lease"
  | { readonly bare: z.ZodType; readonly headers?: readonly AnswerHeader[] }
  | { readonly raw: string; readonly headers?: readonly AnswerHeader[] };

/** One form, or several of which each answer takes one: `[Created, "nothing"]`. */
export type Answers = AnswerForm | readonly [AnswerForm, AnswerForm, ...AnswerForm[]];

/** An object of whatever members, as it was given. */
export const AnyObject = z.custom<JsonObject>(isJsonObject).meta({ type: "object" });

/** What a listing answers. */
export const Keys = z.object({ keys: z.array(z.string()) });

/** The answer of a listing; 404 without names, as in Vault. */
export const foundKeys = (keys: readonly string[]): { readonly data: Given<z.output<typeof Keys>> } | undefined =>
  keys.length === 0 ? undefined : { data: { keys } };

/** The answer of an operation that answers nothing, once its work is done. */
export const done = async (work: Promise<unknown>): Promise<undefined> => void (await work);

/** Warnings that every request to tidy answers, in Vault's words. */
export const TIDY_STARTED =
  "Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs.";
export const TIDY_RUNNING = "Tidy operation already in progress.";

/** As a handler may give it: the same shape, nothing in it needs to be writable. */
export type Given<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? readonly Given<Item>[]
      : { readonly [K in keyof T]: Given<T[K]> };

/** The headers that a form declares. */
type HeadersOf<Form> = Form extends { readonly headers: readonly (infer Name extends AnswerHeader)[] } ? Name : never;

type ReplyOfForm<Form> = Form extends z.ZodType
  ? DataReply<Given<z.output<Form>>> | EmptyReply
  : Form extends "nothing"
    ? EmptyReply
    : Form extends "login"
      ? LoginReply | CoreReply
      : Form extends "lease"
        ? CoreReply
        : Form extends { readonly bare: infer Body extends z.ZodType }
          ? BareReply<Given<z.output<Body>>, HeadersOf<Form>>
          : Form extends { readonly raw: string }
            ? RawReply<HeadersOf<Form>>
            : never;

/** The replies that a declaration allows. */
export type ReplyOf<A> = A extends readonly unknown[] ? ReplyOfForm<A[number]> : ReplyOfForm<A>;

const MfaRequirement = z.object({
  mfa_request_id: z.string().describe("for sys/mfa/validate, within five minutes"),
  mfa_constraints: z
    .record(
      z.string(),
      z.object({
        any: z.array(
          z.object({ type: z.string(), id: z.string(), uses_passcode: z.boolean(), name: z.string().optional() }),
        ),
      }),
    )
    .describe("by enforcement: all must be satisfied, each by any of its methods"),
});

/** The `auth` block of a login: `docs/api` and OpenAPI show it, `src/http/envelope.ts` writes it. */
export const AuthBlock = z.object({
  client_token: z.string().describe("the token; empty where a second factor is needed first"),
  accessor: z.string().describe("handle of the token; empty for batch tokens"),
  policies: z.array(z.string()).nullable().describe("null where there is no token yet"),
  token_policies: z.array(z.string()).optional(),
  identity_policies: z.array(z.string()).optional(),
  metadata: z.record(z.string(), z.string()).nullable(),
  lease_duration: z.number().describe("seconds"),
  renewable: z.boolean(),
  entity_id: z.string(),
  token_type: z.string().describe("service or batch; default where there is no token yet"),
  orphan: z.boolean(),
  mfa_requirement: MfaRequirement.nullable().describe("what the login still needs"),
  num_uses: z.number(),
});

const isList = (answers: Answers): answers is Extract<Answers, readonly unknown[]> => Array.isArray(answers);

/** The forms of a declaration, one or several. */
export const formsOf = (answers: Answers): readonly AnswerForm[] => (isList(answers) ? answers : [answers]);

/** The declaration in a few words: `a token`, `data`, `text/plain`. */
export const answersInWords = (answers: Answers): string =>
  formsOf(answers)
    .map((form) => {
      if (isSchema(form)) return "data";
      if (form === "login") return "a token";
      if (form === "lease") return "a lease";
      if (form === "nothing") return "nothing";
      return "raw" in form ? form.raw : "a body outside the envelope";
    })
    .filter((words, index, all) => all.indexOf(words) === index)
    .join(" or ");

/** The headers a form may set besides those of every response. */
export const headersOf = (form: AnswerForm): readonly AnswerHeader[] =>
  typeof form === "object" && "headers" in form ? (form.headers ?? []) : [];

export const isSchema = (form: AnswerForm): form is z.ZodType => form instanceof z.ZodType;
