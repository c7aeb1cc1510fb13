import { z } from "zod";
import { type AnyPath, type BackendContext, field, Keys, op, path } from "../../../framework/index.ts";
import { isJsonObject, type JsonObject, readJson } from "../../../std/json.ts";
import { utf8Text } from "../../../std/utf8.ts";
import type { Address, View } from "../../../storage/store.ts";
import { indexAddress, roleAddress } from "../model.ts";
import { newAccountFor, updateAccount } from "./accounts.ts";
import {
  answerOf,
  CHAIN,
  type Chain,
  chainAnswerOf,
  Document,
  HEADERS,
  type Outcome,
  problemOf,
  usualHeaders,
} from "./answers.ts";
import { authorization, challenge } from "./authorizations.ts";
import { BindingMade, BindingShown, bindingsShown, deleteBinding, listBindings, makeBinding } from "./bindings.ts";
import { AcmeConfig, ConfigInput, configWarnings, findConfig, writeConfig } from "./config.ts";
import { type Directory, directoryAt, directoryIn, documentOf } from "./directory.ts";
import { finalize } from "./finalize.ts";
import { messageIn } from "./jws.ts";
import { changeKey } from "./key-change.ts";
import { certificateOf, currentShown, findOrder, listOrders, newOrder } from "./orders.ts";
import { Problem } from "./problems.ts";
import { accountAddress, configAddress } from "./records.ts";
import { accountIdIn, type FoundAccount, type Signed, signedBy, standing } from "./requests.ts";
import { revokeCert } from "./revocation.ts";

/**
 * The paths of ACME: its resources below each directory, without a token, because messages are signed by accounts; and
 * what operators configure, with one.
 */

const MessageInput = z.object({
  protected: field.text("The JWS's protected header, base64url."),
  payload: field.text("Its payload, base64url; empty: a POST-as-GET."),
  signature: field.text("Its signature, base64url."),
  header: field.anyValue("An unprotected header, which is refused."),
  signatures: field.anyValue("Several signatures, which are refused."),
});
type MessageInput = z.output<typeof MessageInput>;

/** A request below a directory. */
interface Call {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly input: MessageInput;
}

/** What a signed request leads to. */
type Answer = (signed: Signed, directory: Directory, call: Call, cx: BackendContext) => Promise<Outcome | Chain>;

const placeOf = ({ path: at, params }: Pick<Call, "path" | "params">) => ({
  directory: directoryIn(at),
  role: params["role"],
  issuer: params["issuer_ref"],
});

/** As the reference answers where ACME is not enabled. */
const NOT_SERVED = { status: 404 } as const;

/** Answers with `work`'s outcome, or with the problem that it met. */
const inDirectory = async <T>(
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
const prefetch = (
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

const DOCUMENT = { bare: Document, headers: HEADERS } as const;

/** A resource for signed requests. */
const posts = (summary: string, answer: Answer): AnyPath["ops"] => ({
  update: op({
    summary,
    access: "unauthenticated",
    input: MessageInput,
    answers: [DOCUMENT, { raw: CHAIN, headers: HEADERS }, "nothing"],
    prefetch,
    handle: ({ input, params, path: at }, cx) => signedAnswer({ input, params, path: at }, cx, answer),
  }),
});

/** A resource of an account that stands. */
const ofAccount =
  (
    answer: (
      found: FoundAccount,
      signed: Signed,
      directory: Directory,
      call: Call,
      cx: BackendContext,
    ) => Promise<Outcome | Chain>,
  ): Answer =>
  async (signed, directory, call, cx) =>
    answer(standing(signed, directory), signed, directory, call, cx);

interface Resource {
  readonly below: string;
  readonly summary: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly ops: AnyPath["ops"];
}

const of = (call: Call, name: string): string => call.params[name] ?? "";

const AUTHORIZATION = { auth_id: "Id of an authorization." };
const ORDER = { order_id: "Id of an order." };
const ACCOUNT = { kid: "Id of an account." };

const asked = ({ account }: FoundAccount, { payload }: Signed, call: Call) => ({
  id: of(call, "auth_id"),
  account,
  payload,
});

const listing: Answer = ofAccount(({ account }, _signed, directory, _call, cx) => listOrders(account, directory, cx));

const RESOURCES: readonly Resource[] = [
  {
    below: "directory",
    summary: "where the resources of this ACME directory are",
    ops: {
      read: op({
        summary: "read the directory",
        access: "unauthenticated",
        answers: [DOCUMENT, "nothing"],
        prefetch,
        handle: ({ params, path: at }, cx) =>
          inDirectory({ params, path: at }, cx, async (directory) => ({ bare: documentOf(directory) })),
      }),
    },
  },
  {
    below: "new-nonce",
    summary: "nonces for signed requests",
    ops: {
      read: op({
        summary: "get a nonce",
        access: "unauthenticated",
        answers: [DOCUMENT, "nothing"],
        prefetch,
        handle: ({ params, path: at }, cx) =>
          inDirectory({ params, path: at }, cx, async ({ base }) => ({
            bare: {},
            status: 204,
            headStatus: 200,
            headers: { "cache-control": "no-store", ...usualHeaders(base, cx) },
          })),
      }),
    },
  },
  {
    below: "new-account",
    summary: "accounts, each of one key",
    ops: posts("make an account, or find that of a key", (signed, directory, _call, cx) =>
      newAccountFor(signed, directory, cx),
    ),
  },
  {
    below: "account/{kid:uuid}",
    summary: "an account",
    params: ACCOUNT,
    ops: posts("change or deactivate an account", (signed, directory, call, cx) =>
      updateAccount(of(call, "kid"), signed, directory, cx),
    ),
  },
  {
    below: "account/{kid:uuid}/orders",
    summary: "the orders of an account",
    params: ACCOUNT,
    ops: posts("list the orders of the account that signs", listing),
  },
  {
    below: "orders",
    summary: "the orders of an account",
    ops: posts("list the orders of the account that signs", listing),
  },
  {
    below: "key-change",
    summary: "the key of an account",
    ops: posts("give an account another key", (signed, directory, _call, cx) => changeKey(signed, directory, cx)),
  },
  {
    below: "new-order",
    summary: "orders of certificates",
    ops: posts(
      "order a certificate",
      ofAccount(({ account }, { payload }, directory, _call, cx) => newOrder(payload, account, directory, cx)),
    ),
  },
  {
    below: "order/{order_id:uuid}",
    summary: "an order",
    params: ORDER,
    ops: posts(
      "read an order",
      ofAccount(async ({ account }, _signed, directory, call, cx) =>
        currentShown(directory, await findOrder(of(call, "order_id"), account, directory, cx)),
      ),
    ),
  },
  {
    below: "order/{order_id:uuid}/finalize",
    summary: "the certificate request of an order",
    params: ORDER,
    ops: posts(
      "turn an order that is ready into a certificate",
      ofAccount(({ account }, { payload, key }, directory, call, cx) =>
        finalize(of(call, "order_id"), payload, { account, key }, directory, cx),
      ),
    ),
  },
  {
    below: "order/{order_id:uuid}/cert",
    summary: "the certificate of an order",
    params: ORDER,
    ops: posts(
      "read the certificate with its chain",
      ofAccount(async ({ account }, _signed, directory, call, cx) =>
        certificateOf(await findOrder(of(call, "order_id"), account, directory, cx), cx),
      ),
    ),
  },
  {
    below: "authorization/{auth_id:any}",
    summary: "an authorization of an order",
    params: AUTHORIZATION,
    ops: posts(
      "read an authorization, or give it up",
      ofAccount((found, signed, directory, call, cx) => authorization(asked(found, signed, call), directory, cx)),
    ),
  },
  {
    below: "challenge/{auth_id:any}/{challenge_type:any}",
    summary: "a challenge of an authorization",
    params: { ...AUTHORIZATION, challenge_type: "`http-01`, `dns-01` or `tls-alpn-01`." },
    ops: posts(
      "read a challenge, or say that it is met",
      ofAccount((found, signed, directory, call, cx) =>
        challenge(asked(found, signed, call), of(call, "challenge_type"), directory, cx),
      ),
    ),
  },
  {
    below: "revoke-cert",
    summary: "revocation of certificates",
    ops: posts("revoke a certificate", (signed, directory, _call, cx) => revokeCert(signed, directory, cx)),
  },
  {
    below: "new-eab",
    summary: "bindings to external accounts",
    ops: {
      update: op({
        summary: "make an id and a key for one new account",
        answers: BindingMade,
        handle: async ({ path: at }, cx) => ({ data: await makeBinding(at, cx) }),
      }),
    },
  },
];

const ROLE = { role: "Name of a role." };
const ISSUER = { issuer_ref: "Name or id of an issuer." };

/** The directories of a mount, and what their paths capture. */
const DIRECTORIES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["acme", {}],
  ["roles/{role}/acme", ROLE],
  ["issuer/{issuer_ref}/acme", ISSUER],
  ["issuer/{issuer_ref}/roles/{role}/acme", { ...ISSUER, ...ROLE }],
];

const resourcePaths: readonly AnyPath[] = DIRECTORIES.flatMap(([directory, captures]) =>
  RESOURCES.map(
    ({ below, summary, params = {}, ops }): AnyPath => ({
      template: `${directory}/${below}`,
      summary,
      params: { ...captures, ...params },
      ops,
    }),
  ),
);

const configPath = path("config/acme", {
  summary: "whether and how ACME is served",
  params: {},
  ops: {
    read: op({
      summary: "read the configuration",
      answers: AcmeConfig,
      prefetch: (_, storage) => [configAddress(storage), indexAddress(storage)],
      handle: async (_, cx) => {
        const config = await findConfig(cx);
        return { data: config, warnings: await configWarnings(config, cx) };
      },
    }),
    update: op({
      summary: "change the configuration; what is not given stays",
      input: ConfigInput,
      answers: AcmeConfig,
      handle: async ({ input }, cx) => ({ data: await writeConfig(input, cx) }),
    }),
  },
});

const ListInput = z.object({
  after: field.text("Start after this id, which need not exist."),
  limit: field.integer("Most ids in the answer; all unless it is above 0."),
});

const bindingsPath = path("eab", {
  summary: "bindings to external accounts that nobody used yet",
  params: {},
  ops: {
    list: op({
      summary: "list ids, each with its directory",
      input: ListInput,
      answers: Keys.extend({ key_info: z.record(z.string(), BindingShown) }),
      handle: async ({ input: { after = "", limit = 0 } }, cx) => {
        const found = await listBindings({ after, limit }, cx);
        return found.length === 0 ? undefined : { data: bindingsShown(found) };
      },
    }),
  },
});

const bindingPath = path("eab/{key_id:uuid}", {
  summary: "a binding that nobody used yet",
  params: { key_id: "Id of a binding." },
  ops: {
    delete: op({
      summary: "delete a binding",
      answers: "nothing",
      handle: async ({ params: { key_id: id } }, cx) =>
        (await deleteBinding(id, cx)) ? undefined : { warnings: [`No key id found with id: ${id}`] },
    }),
  },
});

export const acmePaths: readonly AnyPath[] = [configPath, bindingsPath, bindingPath, ...resourcePaths];
