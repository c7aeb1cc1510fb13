import type { BackendContext } from "../../../framework/index.ts";
import type { JsonObject } from "../../../std/json.ts";
import { cut } from "../../../std/shown.ts";
import type { Entry } from "../../../storage/store.ts";
import { type Directory, needBinding } from "./directory.ts";
import { clientHeaderOf, type Message, type PublicJwk, publicJwk, verifiedPayload } from "./jws.ts";
import { isNonce, spendNonce } from "./nonces.ts";
import { malformed, problem, wordsFirst } from "./problems.ts";
import { accountAddress, StoredAccount } from "./records.ts";

/**
 * Who a message is from. In this order: the header, the nonce's mark, the address, the account, the signature, and last
 * the nonce is spent, so that nothing is written for whoever cannot sign.
 *
 * Security: the address in the header is that of this very path, so a message for one resource is refused at any other. The
 * key is the account's own, by the id at the end of `kid`; an account of another directory is not found.
 */

/** A message as it came in. */
export interface Sent {
  readonly message: Message;
  /** The canonical path below the mount. */
  readonly path: string;
}

export interface FoundAccount {
  readonly account: StoredAccount;
  readonly entry: Pick<Entry, "n" | "clear">;
}

export interface Signed {
  readonly url: string;
  readonly key: PublicJwk;
  /** Absent: the message brought its key along. */
  readonly account: FoundAccount | undefined;
  /** `undefined`: a POST-as-GET. */
  readonly payload: JsonObject | undefined;
}

const ACCOUNT_URL = /\/account\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The account that a key id names; an address that has moved since names it too. */
export const accountIdIn = (keyId: string): string | undefined => ACCOUNT_URL.exec(keyId)?.[1];

export const findAccount = async (
  id: string,
  { directory }: Pick<Directory, "directory">,
  { storage }: BackendContext,
): Promise<FoundAccount | undefined> => {
  const entry = await storage.get(accountAddress(storage, id));
  if (!entry) return undefined;
  const account = StoredAccount.parse(entry.body);
  if (account.directory !== directory) {
    throw wordsFirst("malformed", "account part of different ACME directory path");
  }
  return { account, entry };
};

const NO_ACCOUNT = "account not found";

const accountNamed = async (keyId: string, directory: Directory, cx: BackendContext): Promise<FoundAccount> => {
  const id = accountIdIn(keyId);
  const found = id === undefined ? undefined : await findAccount(id, directory, cx);
  if (!found) throw problem("accountDoesNotExist", NO_ACCOUNT);
  return found;
};

const checkUrl = (url: string, wanted: string): void => {
  if (url === "") throw malformed("missing required parameter 'url' in 'protected'");
  if (url !== wanted) {
    throw problem("unauthorized", `invalid value for 'url' in 'protected': got '${cut(url)}' expected '${wanted}'`);
  }
};

const BAD_NONCE = "invalid or reused nonce";

/** Throws `Problem`. */
export const signedBy = async ({ message, path }: Sent, directory: Directory, cx: BackendContext): Promise<Signed> => {
  const header = clientHeaderOf(message);
  if (!isNonce(header.nonce, cx)) throw problem("badNonce", BAD_NONCE);
  checkUrl(header.url, `${directory.cluster}/${path}`);
  const account = header.jwk ? undefined : await accountNamed(header.keyId, directory, cx);
  const key = await publicJwk(header.jwk ?? account?.account.jwk ?? {});
  const payload = await verifiedPayload(message, key.key, header.algorithm);
  if (!(await spendNonce(header.nonce, cx))) throw problem("badNonce", BAD_NONCE);
  return { url: header.url, key, account, payload };
};

/** A message of an account that stands. Throws `Problem`. */
export const standing = ({ account }: Signed, { config }: Directory): FoundAccount => {
  if (!account) throw malformed("cannot process request without a 'kid'");
  needBinding(config.eab_policy === "always-required", account.account.binding);
  const { status } = account.account;
  if (status !== "valid") {
    throw wordsFirst("unauthorized", `account in status: ${status}`);
  }
  return account;
};
