import { z } from "zod";
import { type AnyPath, type BackendContext, field, op } from "../../../framework/index.ts";
import { isJsonObject, type JsonObject, readJson } from "../../../std/json.ts";
import { utf8Text } from "../../../std/utf8.ts";
import type { Address, View } from "../../../storage/store.ts";
import { indexAddress, roleAddress } from "../model.ts";
import { answerOf, CHAIN, type Chain, chainAnswerOf, Document, HEADERS, type Outcome, problemOf } from "./answers.ts";
import { type Directory, directoryAt, directoryIn } from "./directory.ts";
import { messageIn } from "./jws.ts";
import { Problem } from "./problems.ts";
import { accountAddress, configAddress } from "./records.ts";
import { accountIdIn, type Signed, signedBy } from "./requests.ts";

/** How a request below a directory is read and answered: which directory, who signed, and the problem it met. */

const MessageInput = z.object({
  protected: field.text("The JWS's protected header, base64url."),
  payload: field.text("Its payload, base64url; empty: a POST-as-GET."),
  signature: field.text("Its signature, base64url."),
  header: field.anyValue("An unprotected header, which is refused."),
  signatures: field.anyValue("Several signatures, which are refused."),
});
type MessageInput = z.output<typeof MessageInput>;

/** A request below a directory. */
export interface Call {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly input: MessageInput;
}

/** What a signed request leads to. */
export type Answer = (signed: Signed, directory: Directory, call: Call, cx: BackendContext) => Promise<Outcome | Chain>;

const placeOf = ({ path: at, params }: Pick<Call, "path" | "params">) => ({
  directory: directoryIn(at),
  role: params["role"],
  issuer: params["issuer_ref"],
});

/** As the reference answers where ACME is not enabled. */
const NOT_SERVED = { status: 404 } as const;

/** Answers with `work`'s outcome, or with the problem that it met. */
export const inDirectory = async <T>(
  call: Pick<Call, "path" | "params">,
  cx: BackendContext,
  work: (directory: Directory) => Promise<T>,
) => {
  let base = "";
  try {
    const directory = await directoryAt(placeOf(call), cx);
    if (!directory) return NOT_SERVED;
    base = directory.base;
    return await work(directory);
  } catch (cause) {
    if (cause instanceof Problem) return problemOf(cause, base, cx);
    throw cause;
  }
};

const messageOf = (input: MessageInput) => messageIn(messageParts(input), "");

/** What was given, without what was not. */
const messageParts = (input: MessageInput): JsonObject =>
  Object.fromEntries(Object.entries(input).filter((entry): entry is [string, string] => entry[1] !== undefined));

const signedAnswer = (call: Call, cx: BackendContext, answer: Answer) =>
  inDirectory(call, cx, async (directory) => {
    const signed = await signedBy({ message: messageOf(call.input), path: call.path }, directory, cx);
    const outcome = await answer(signed, directory, call, cx);
    return "pem" in outcome ? chainAnswerOf(outcome, directory.base, cx) : answerOf(outcome, directory.base, cx);
  });

/** The account that a message claims to be of; believed by nobody. */
const claimedAccount = (data: JsonObject): string | undefined => {
  const { protected: given } = data;
  const text = typeof given === "string" ? utf8Text(Buffer.from(given, "base64url")) : undefined;
  const header = text === undefined ? undefined : readJson(text);
  const keyId = isJsonObject(header) ? header["kid"] : undefined;
  return typeof keyId === "string" ? accountIdIn(keyId) : undefined;
};

/** Read with the first batch: configuration, issuers, role and account. */
export const prefetch = (
  { params, data }: { readonly params: Readonly<Record<string, string>>; readonly data: JsonObject },
  storage: View,
): readonly Address[] => {
  const account = claimedAccount(data);
  const { role } = params;
  return [
    configAddress(storage),
    indexAddress(storage),
    ...(role === undefined ? [] : [roleAddress(storage, role)]),
    ...(account === undefined ? [] : [accountAddress(storage, account)]),
  ];
};

export const DOCUMENT = { bare: Document, headers: HEADERS } as const;

/** A resource for signed requests. */
export const posts = (summary: string, answer: Answer): AnyPath["ops"] => ({
  update: op({
    summary,
    access: "unauthenticated",
    input: MessageInput,
    answers: [DOCUMENT, { raw: CHAIN, headers: HEADERS }, "nothing"],
    prefetch,
    handle: ({ input, params, path: at }, cx) => signedAnswer({ input, params, path: at }, cx, answer),
  }),
});
