import { z } from "zod";
import type { BackendContext } from "../../../framework/index.ts";
import { isJsonObject, type JsonObject } from "../../../std/json.ts";
import { uuid } from "../../../std/random.ts";
import { change } from "../../../storage/change.ts";
import { ConditionFailed, type Write } from "../../../storage/store.ts";
import type { Outcome } from "./answers.ts";
import { type ProvedBinding, provedBinding } from "./bindings.ts";
import { type Directory, needBinding } from "./directory.ts";
import { malformed, problem, wordsFirst } from "./problems.ts";
import { accountAddress, accountRecord, bodyOf, StoredAccount, thumbprintAddress } from "./records.ts";
import { type FoundAccount, findAccount, type Signed, standing } from "./requests.ts";

/**
 * Accounts: a key that signs orders. Made once for a key, found by it, changed and deactivated by it. The transaction
 * that makes one also claims its key and uses up its binding, so that two requests with one key, or with one
 * binding, make one account.
 */

const MOST_CONTACTS = 20;
const LONGEST_CONTACT = 1024;

const AccountInput = z.object({
  contact: z.array(z.string().max(LONGEST_CONTACT)).max(MOST_CONTACTS).optional(),
  termsOfServiceAgreed: z.boolean().optional(),
  onlyReturnExisting: z.boolean().optional(),
  status: z.string().optional(),
  externalAccountBinding: z.custom<JsonObject>(isJsonObject).optional(),
});
type AccountInput = z.output<typeof AccountInput>;

/** Throws `malformed`, naming the field. */
const inputOf = ({ payload }: Signed): AccountInput => {
  const read = AccountInput.safeParse(payload ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw malformed(`invalid type for field '${String(issue?.path[0] ?? "")}'`);
};

export const accountUrl = ({ base }: Directory, id: string): string => `${base}account/${id}`;

export const shownAccount = (
  directory: Directory,
  { id, status, contact }: StoredAccount,
  httpStatus?: number,
): Outcome => {
  const location = accountUrl(directory, id);
  return {
    body: { status, orders: `${location}/orders`, ...(contact.length > 0 ? { contact } : {}) },
    status: httpStatus,
    location,
  };
};

const Thumbprint = z.object({ account: z.string() });

/** The account of a key. Throws where it is one of another directory. */
export const accountByKey = async (
  thumbprint: string,
  directory: Directory,
  cx: BackendContext,
): Promise<FoundAccount | undefined> => {
  const entry = await cx.storage.get(thumbprintAddress(cx.storage, thumbprint));
  return entry && findAccount(Thumbprint.parse(entry.body).account, directory, cx);
};

const existing = (directory: Directory, { account }: FoundAccount): Outcome => {
  needBinding(directory.config.eab_policy === "always-required", account.binding);
  return shownAccount(directory, account);
};

const bindingIn = (
  { externalAccountBinding: given }: AccountInput,
  signed: Signed,
  directory: Directory,
  cx: BackendContext,
): Promise<ProvedBinding> | undefined =>
  given && Object.keys(given).length > 0 ? provedBinding(given, signed, directory, cx) : undefined;

const newAccount = (
  signed: Signed,
  input: AccountInput,
  directory: Directory,
  binding: string,
  cx: BackendContext,
) => ({
  id: uuid(cx.random),
  status: "valid" as const,
  contact: input.contact ?? [],
  jwk: { ...signed.key.jwk },
  thumbprint: signed.key.thumbprint,
  directory: directory.directory,
  created: cx.clock.now(),
  ended: 0,
  binding,
});

const writesFor = (
  account: StoredAccount,
  binding: ProvedBinding | undefined,
  { storage }: BackendContext,
): Write[] => [
  {
    op: "put",
    address: thumbprintAddress(storage, account.thumbprint),
    body: { account: account.id },
    when: "absent",
  },
  { op: "put", address: storage.listing(accountRecord(account.id)), body: null, when: "absent" },
  { op: "put", address: accountAddress(storage, account.id), body: bodyOf(account), when: "absent" },
  ...(binding ? [binding.use] : []),
];

const MADE = 201;

/** Makes an account, or answers the one that the key has. */
export const newAccountFor = async (signed: Signed, directory: Directory, cx: BackendContext): Promise<Outcome> => {
  const input = inputOf(signed);
  const { thumbprint } = signed.key;
  if (signed.account) throw malformed("cannot submit to newAccount with 'kid'");
  const known = await accountByKey(thumbprint, directory, cx);
  if (known) return existing(directory, known);
  if (input.onlyReturnExisting) throw problem("accountDoesNotExist", "an account with this key does not exist");
  const binding = await bindingIn(input, signed, directory, cx);
  needBinding(directory.config.eab_policy !== "not-required", binding?.id ?? "");
  const account = newAccount(signed, input, directory, binding?.id ?? "", cx);
  try {
    await cx.crash("acme.account", () => cx.storage.write(writesFor(account, binding, cx)));
  } catch (cause) {
    if (!(cause instanceof ConditionFailed)) throw cause;
    // Another request with this key was first, or another account took the binding.
    const other = await accountByKey(thumbprint, directory, cx);
    if (other) return existing(directory, other);
    throw problem("unauthorized", "eab was already used");
  }
  const answer = shownAccount(directory, account, MADE);
  const { externalAccountBinding } = input;
  return binding && externalAccountBinding ? { ...answer, body: { ...answer.body, externalAccountBinding } } : answer;
};

const updated = (account: StoredAccount, { contact, status }: AccountInput, nowMs: number): StoredAccount => {
  if (status === "deactivated") return { ...account, status, ended: nowMs };
  return contact === undefined ? account : { ...account, contact };
};

/** Changes the contacts of an account, or deactivates it, which is for good. */
export const updateAccount = async (
  id: string,
  signed: Signed,
  directory: Directory,
  cx: BackendContext,
): Promise<Outcome> => {
  const input = inputOf(signed);
  if (!signed.account) throw malformed("cannot submit to account updates without a 'kid'");
  const own = standing(signed, directory).account;
  if (own.id !== id) throw problem("unauthorized", "the account is another one than that of the key");
  if (input.externalAccountBinding && Object.keys(input.externalAccountBinding).length > 0) {
    throw wordsFirst("malformed", "not allowed to update EAB data in accounts");
  }
  const account = await change<StoredAccount>(cx.storage, accountAddress(cx.storage, id), (entry) => {
    const before = entry && StoredAccount.parse(entry.body);
    // Another request was first: it took the account, or the key that signed this one, away.
    if (before?.status !== "valid" || before.thumbprint !== own.thumbprint) throw problem("unauthorized", "");
    const result = updated(before, input, cx.clock.now());
    return { op: "put", body: bodyOf(result), result };
  });
  return shownAccount(directory, account);
};
