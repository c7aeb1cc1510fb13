import { type AnyPath, type BackendContext, op } from "../../../framework/index.ts";
import { newAccountFor, updateAccount } from "./accounts.ts";
import { type Chain, type Outcome, usualHeaders } from "./answers.ts";
import { authorization, challenge } from "./authorization-requests.ts";
import { BindingMade, makeBinding } from "./bindings.ts";
import { type Answer, type Call, DOCUMENT, inDirectory, posts, prefetch } from "./calls.ts";
import { type Directory, documentOf } from "./directory.ts";
import { finalize } from "./finalize.ts";
import { changeKey } from "./key-change.ts";
import { certificateOf, currentShown, findOrder, listOrders, newOrder } from "./orders.ts";
import { type FoundAccount, type Signed, standing } from "./requests.ts";
import { revokeCert } from "./revocation.ts";

/** The resources that every directory has. None but `new-eab` wants a token: messages are signed instead. */

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

export interface Resource {
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

export const RESOURCES: readonly Resource[] = [
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
