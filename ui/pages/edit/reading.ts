import type { Answer, Failure } from "../../client/api.ts";
import { sourceAt } from "../../client/json-text.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { secretIn } from "../../client/kv-answers.ts";
import type { ApiRequest } from "../../protocol.ts";
import { type Field, fieldsOf } from "./model.ts";

/** What is stored now, as far as the caller may know. */

export type Found =
  /** `version`: of version 1, none. */
  | { readonly is: "stored"; readonly version: number | undefined; readonly fields: readonly Field[] }
  /** The latest version was deleted; the next one is written on top of it. */
  | { readonly is: "deleted"; readonly version: number }
  | { readonly is: "absent" }
  /** May not be read. Its version, and the names of its fields, may be known all the same. */
  | { readonly is: "unread"; readonly version: number | undefined; readonly names: readonly string[] | undefined }
  | { readonly is: "failed"; readonly failure: Failure };

export type Ask = (request: ApiRequest) => Promise<Answer>;

const numberAt = (text: string, ...names: readonly string[]): number | undefined => {
  const source = sourceAt(text, ...names);
  return source === undefined || !/^\d+$/.test(source) ? undefined : Number(source);
};

const storedIn = (at: KvPath, text: string): Found | undefined => {
  const source = secretIn(at.version, text);
  if (source === undefined) return undefined;
  // Version 2 may hold `null`: a version without any field.
  const fields = source === "null" ? [] : fieldsOf(source);
  const version = at.version === 2 ? numberAt(text, "data", "metadata", "version") : undefined;
  return fields && { is: "stored", version, fields };
};

/** Version and names of a secret that may not be read: each by itself may be allowed. */
const unread = async (at: KvPath, ask: Ask): Promise<Found> => {
  const where = addressesOf(at);
  if (where.version === 1) return { is: "unread", version: undefined, names: undefined };
  const [names, metadata] = await Promise.all([
    ask({ method: "GET", path: where.subkeys, query: { depth: "1" } }),
    ask({ method: "GET", path: where.metadata }),
  ]);
  if ([names, metadata].some((answer) => !answer.ok && answer.kind === "not-found")) {
    const gone = numberAt(names.text, "data", "metadata", "version");
    return gone === undefined ? { is: "absent" } : { is: "deleted", version: gone };
  }
  return {
    is: "unread",
    version: numberAt(names.text, "data", "metadata", "version") ?? numberAt(metadata.text, "data", "current_version"),
    names: fieldsOf(sourceAt(names.text, "data", "subkeys") ?? "")?.map(({ name }) => name),
  };
};

/** Reads the latest version. The answer is text to the end, so that no digit of it changes. */
export const readLatest = async (at: KvPath, ask: Ask): Promise<Found> => {
  const answer = await ask({ method: "GET", path: addressesOf(at).data });
  if (answer.ok) {
    const found = storedIn(at, answer.text);
    // An answer that is not of the expected shape is nobody's secret: something in between made it.
    return found ?? { is: "failed", failure: { ...strange, request: { method: "GET", path: addressesOf(at).data } } };
  }
  if (answer.kind === "not-found") {
    const version = numberAt(answer.text, "data", "metadata", "version");
    return version === undefined ? { is: "absent" } : { is: "deleted", version };
  }
  return answer.kind === "denied" ? unread(at, ask) : { is: "failed", failure: answer };
};

const strange: Omit<Failure, "request"> = {
  ok: false,
  kind: "gateway",
  status: 200,
  errors: [],
  data: {},
  text: "",
  retryAfter: undefined,
};
