import type { BackendContext } from "../../../framework/index.ts";
import { defined } from "../../../std/defined.ts";
import type { JsonObject, JsonValue } from "../../../std/json.ts";
import { uuid } from "../../../std/random.ts";
import { shown } from "../../../std/shown.ts";
import { wholeRfc3339 } from "../../../std/time.ts";
import type { Entry, Write } from "../../../storage/store.ts";
import { withAuthority } from "../authorities/authority.ts";
import { certificatePem } from "../authorities/key-formats.ts";
import { certificateAddress, StoredCertificate } from "../model.ts";
import type { Chain, Outcome } from "./answers.ts";
import { authorizationsOf, authorizationUrl, GRACE_SECONDS, newAuthorization } from "./authorizations.ts";
import type { Directory } from "./directory.ts";
import { checkAllowed, identifiersIn } from "./identifiers.ts";
import { malformed, problem } from "./problems.ts";
import {
  accountRecord,
  bodyOf,
  ORDERS,
  orderAddress,
  type StoredAccount,
  type StoredAuthorization,
  StoredOrder,
  vanishesAfter,
} from "./records.ts";

/**
 * Orders: identifiers that one certificate shall have. An order has an authorization of its own for each; it is ready
 * once all are valid. Until it has its certificate, what it is follows from them and from its end.
 */

const ORDER_MS = 86_400_000;

export type OrderStatus = "pending" | "ready" | "valid" | "invalid";

/** An order as it is now. */
export interface CurrentOrder {
  readonly stored: StoredOrder;
  readonly entry: Entry;
  readonly status: OrderStatus;
  readonly authorizations: readonly (StoredAuthorization | undefined)[];
}

const statusOf = (
  { status, expires }: StoredOrder,
  authorizations: readonly (StoredAuthorization | undefined)[],
  nowMs: number,
): OrderStatus => {
  if (status === "valid") return "valid";
  if (expires <= nowMs) return "invalid";
  const all = authorizations.map((one) => (one?.status === "valid" && one.expires <= nowMs ? "expired" : one?.status));
  if (all.every((one) => one === "valid")) return "ready";
  return all.every((one) => one === "valid" || one === "pending") ? "pending" : "invalid";
};

/** An order of the account. Throws `malformed` where it has none of that id. */
export const findOrder = async (
  id: string,
  account: StoredAccount,
  directory: Directory,
  cx: BackendContext,
): Promise<CurrentOrder> => {
  const { storage, clock } = cx;
  const entry = await storage.get(orderAddress(storage, account.id, id));
  if (!entry) throw malformed("order does not exist");
  const stored = StoredOrder.parse(entry.body);
  const authorizations = await authorizationsOf(stored.authorizations, account, directory, cx);
  return { stored, entry, authorizations, status: statusOf(stored, authorizations, clock.now()) };
};

export const orderUrl = ({ base }: Directory, id: string): string => `${base}order/${id}`;

const MADE = 201;

interface ShownOrder {
  readonly stored: StoredOrder;
  readonly status: OrderStatus;
  /** Ids; of an order that is over those that were completed. */
  readonly authorizations: readonly string[];
}

const shownOrder = (directory: Directory, { stored, status, authorizations }: ShownOrder): Outcome => {
  const url = orderUrl(directory, stored.id);
  return {
    body: defined({
      status,
      expires: wholeRfc3339(stored.expires),
      identifiers: stored.identifiers.map(({ type, value }) => ({ type, value })),
      authorizations: authorizations.map((id) => authorizationUrl(directory, id)),
      finalize: `${url}/finalize`,
      certificate: status === "valid" ? `${url}/cert` : undefined,
    }),
    location: url,
  };
};

/** An order that is over shows the authorizations that were completed. */
export const currentShown = (directory: Directory, { stored, status, authorizations }: CurrentOrder): Outcome => {
  const over = status === "valid" || status === "invalid";
  const completed = authorizations.flatMap((one) => (one?.status === "valid" ? [one.id] : []));
  return shownOrder(directory, { stored, status, authorizations: over ? completed : stored.authorizations });
};

const checkTimes = (payload: JsonObject): void => {
  for (const name of ["notBefore", "notAfter"]) {
    const value: JsonValue | undefined = payload[name];
    if (value === undefined) continue;
    if (typeof value !== "string") throw malformed(`invalid type for field '${name}'`);
    if (Number.isNaN(Date.parse(value))) throw malformed(`failed parsing field '${name}' (${shown(value)})`);
    throw malformed("NotBefore and NotAfter are not supported");
  }
};

export const newOrder = async (
  payload: JsonObject | undefined,
  account: StoredAccount,
  directory: Directory,
  cx: BackendContext,
): Promise<Outcome> => {
  const { storage, clock, random } = cx;
  const identifiers = identifiersIn(payload?.["identifiers"]);
  checkTimes(payload ?? {});
  checkAllowed(identifiers, directory, cx);
  const expires = clock.now() + ORDER_MS;
  const made = identifiers.map((identifier) => newAuthorization(identifier, account, expires, cx));
  const stored: StoredOrder = {
    id: uuid(random),
    status: "open",
    created: clock.now(),
    expires,
    identifiers: [...identifiers],
    authorizations: made.map(({ id }) => id),
    serial: "",
    issuerId: "",
    notAfter: 0,
  };
  const order: Write = {
    op: "put",
    address: orderAddress(storage, account.id, stored.id),
    body: bodyOf(stored),
    clear: vanishesAfter(expires, GRACE_SECONDS),
    when: "absent",
  };
  await cx.crash("acme.order", () => storage.write([order, ...made.map(({ write }) => write)]));
  return {
    ...shownOrder(directory, { stored, status: "pending", authorizations: stored.authorizations }),
    status: MADE,
  };
};

/** Whoever has made more cannot have all of them read again and again. */
const MOST_LISTED = 1000;

/** Orders of the account that are not over without a certificate, among the first thousand by their keys. */
export const listOrders = async (
  account: StoredAccount,
  directory: Directory,
  { storage, clock }: BackendContext,
): Promise<Outcome> => {
  const { items } = await storage.items(accountRecord(account.id), { prefix: ORDERS, limit: MOST_LISTED });
  const orders = items
    .map(({ body }) => StoredOrder.parse(body))
    .filter(({ status, expires }) => status === "valid" || expires > clock.now());
  return { body: { orders: orders.map(({ id }) => orderUrl(directory, id)) } };
};

/** The certificate of an order, and the chain of its issuer. */
export const certificateOf = async (order: CurrentOrder, cx: BackendContext): Promise<Chain> => {
  const { stored, status } = order;
  if (status !== "valid") throw problem("orderNotReady", `order is status ${status}, needs to be in valid state`);
  const entry = await cx.storage.get(certificateAddress(cx.storage, stored.serial));
  if (!entry) throw problem("serverInternal", `missing certificate ${stored.serial} from storage`);
  const leaf = certificatePem(Buffer.from(StoredCertificate.parse(entry.body).certificate, "base64"));
  const chain = await withAuthority(cx, (authority) => {
    const issuer = authority.issuers.find((one) => one.stored.id === stored.issuerId);
    return issuer && authority.chainOf(issuer);
  });
  if (!chain) throw problem("serverInternal", `the issuer ${stored.issuerId} of the certificate is gone`);
  return { pem: [leaf, ...chain].map((pem) => `${pem.trimEnd()}\n`).join("") };
};
