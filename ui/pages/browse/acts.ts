import { type Answer, call, type Failure, get, post, remove } from "../../client/api.ts";
import { sourceAt } from "../../client/json-text.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { isMismatch, secretIn } from "../../client/kv-answers.ts";

/** What can be done to the versions of a secret. Each is one request, but for a restoration: it reads, then writes. */

export type Act = "delete" | "undelete" | "destroy";

const version2 = (at: KvPath) => {
  const addresses = addressesOf(at);
  if (addresses.version === 1) throw new Error("version 1 keeps no versions");
  return addresses;
};

export const actOn = (at: KvPath, act: Act, version: number): Promise<Answer> =>
  post(version2(at)[act], { versions: [version] });

/** The latest version, whichever it is by then: for those who may delete no other. */
export const deleteLatest = (at: KvPath): Promise<Answer> => remove(addressesOf(at).data);

/** The secret with its whole history; of version 1, the secret. */
export const removeAll = (at: KvPath): Promise<Answer> => {
  const addresses = addressesOf(at);
  return remove(addresses.version === 1 ? addresses.data : addresses.metadata);
};

export type Restored =
  | { readonly is: "restored"; readonly as: number }
  /** A newer version was saved meanwhile. */
  | { readonly is: "conflict" }
  | { readonly is: "failed"; readonly failure: Failure };

/** Writes the values of a version again as the newest one, digit by digit, unless there is a newer one than `current`. */
export const restore = async (at: KvPath, version: number, current: number): Promise<Restored> => {
  const path = addressesOf(at).data;
  const read = await get(path, { version: String(version) });
  if (!read.ok) return { is: "failed", failure: read };
  const secret = secretIn(at.version, read.text) ?? "null";
  const body = `{"data":${secret},"options":{"cas":${current}}}`;
  const written = await call({ method: "POST", path, body });
  if (written.ok) return { is: "restored", as: Number(sourceAt(written.text, "data", "version")) };
  if (isMismatch(written)) return { is: "conflict" };
  return { is: "failed", failure: written };
};
