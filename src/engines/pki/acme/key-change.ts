import type { BackendContext } from "../../../framework/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../std/json.ts";
import { ConditionFailed, type Write } from "../../../storage/store.ts";
import { accountByKey, accountUrl, shownAccount } from "./accounts.ts";
import type { Outcome } from "./answers.ts";
import type { Directory } from "./directory.ts";
import { clientHeaderOf, messageIn, type PublicJwk, publicJwk, verifiedPayload } from "./jws.ts";
import { malformed, problem } from "./problems.ts";
import { accountAddress, bodyOf, type StoredAccount, thumbprintAddress } from "./records.ts";
import { accountIdIn, type Signed, standing } from "./requests.ts";

/**
 * Gives an account another key. The outer message is signed by the old key, the one inside by the new one, and says which
 * account and which old key it is for; so neither key alone moves an account, and a message of one account moves no other.
 * Source: RFC 8555, section 7.3.5. The reference's directory names this resource, and serves none.
 */

const CONFLICT = 409;

const fieldsOf = (payload: JsonObject | undefined): { readonly account: string; readonly oldKey: JsonObject } => {
  const account: JsonValue | undefined = payload?.["account"];
  const oldKey: JsonValue | undefined = payload?.["oldKey"];
  if (typeof account !== "string") throw malformed("missing required field 'account' in the inner message");
  if (!isJsonObject(oldKey)) throw malformed("missing required field 'oldKey' in the inner message");
  return { account, oldKey };
};

/** The new key, proved by the inner message. Throws `malformed`. */
const newKeyIn = async (signed: Signed, own: StoredAccount): Promise<PublicJwk> => {
  const message = messageIn(signed.payload ?? {}, "inner ");
  const header = clientHeaderOf(message);
  if (!header.jwk) throw malformed("the inner message must have a 'jwk'");
  if (header.nonce !== "") throw malformed("the inner message must have no 'nonce'");
  if (header.url !== signed.url) throw malformed("the inner message has another 'url' than the outer one");
  const key = await publicJwk(header.jwk);
  const { account, oldKey } = fieldsOf(await verifiedPayload(message, key.key, header.algorithm));
  if (accountIdIn(account) !== own.id) throw malformed("the inner message is for another account");
  if ((await publicJwk(oldKey)).thumbprint !== own.thumbprint) throw malformed("'oldKey' is not the account's key");
  return key;
};

export const changeKey = async (signed: Signed, directory: Directory, cx: BackendContext): Promise<Outcome> => {
  const { storage } = cx;
  const { account: own, entry } = standing(signed, directory);
  const key = await newKeyIn(signed, own);
  const taken = async () => {
    const other = await accountByKey(key.thumbprint, directory, cx);
    return problem("malformed", "the new key is that of an account already", {
      status: CONFLICT,
      ...(other ? { location: accountUrl(directory, other.account.id) } : {}),
    });
  };
  if (key.thumbprint === own.thumbprint || (await storage.get(thumbprintAddress(storage, key.thumbprint)))) {
    throw await taken();
  }
  const result: StoredAccount = { ...own, jwk: { ...key.jwk }, thumbprint: key.thumbprint };
  const claim: Write = {
    op: "put",
    address: thumbprintAddress(storage, key.thumbprint),
    body: { account: own.id },
    when: "absent",
  };
  const writes: readonly Write[] = [
    // Over the account whose key signed this: one that was changed meanwhile stays as it is.
    { op: "put", address: accountAddress(storage, own.id), body: bodyOf(result), when: { n: entry.n } },
    claim,
    { op: "delete", address: thumbprintAddress(storage, own.thumbprint), when: "any" },
  ];
  try {
    await cx.crash("acme.key-change", () => storage.write(writes));
  } catch (cause) {
    if (!(cause instanceof ConditionFailed)) throw cause;
    throw cause.write === claim ? await taken() : problem("unauthorized", "the account was changed meanwhile");
  }
  return shownAccount(directory, result);
};
