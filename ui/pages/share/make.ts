import { type Answer, call, type Failure, get } from "../../client/api.ts";
import { objectText, pairsOf } from "../../client/json-text.ts";
import { addressesOf, type KvPath } from "../../client/kv.ts";
import { secretIn } from "../../client/kv-answers.ts";
import { momentIn, numberIn, objectIn, textIn } from "../../client/read-json.ts";
import type { Who } from "../../client/session.ts";
import { personKey } from "../../client/who.ts";
import { type Code, type Fill, newCode } from "../../share/code.ts";
import { linkOf } from "../../share/link.ts";
import { add, type Held } from "./made.ts";

/**
 * Makes links. A whole secret is wrapped by the server as it is read: its value never comes here. Chosen fields are read
 * once more and wrapped; a text is wrapped as it was typed.
 */

export type Gift =
  | { readonly kind: "secret"; readonly at: KvPath }
  | { readonly kind: "fields"; readonly at: KvPath; readonly names: readonly string[] }
  | { readonly kind: "text"; readonly text: string };

export interface Wish {
  readonly who: Who;
  readonly gift: Gift;
  /** Seconds. */
  readonly ttl: number;
  /** One for each link, in the sender's words. */
  readonly notes: readonly string[];
  readonly withCode: boolean;
}

/** What is given is not there any more, or not as it was chosen. */
export type Outcome = { readonly made: readonly number[]; readonly failure?: Failure | "changed" | "unwrapped" };

const fill: Fill = (bytes) => crypto.getRandomValues(bytes);

export const WRAP = "sys/wrapping/wrap";

const wrap = (body: string, ttl: number): Promise<Answer> =>
  call({ method: "POST", path: WRAP, body, wrapTtl: String(ttl) });

/** The text of the fields' own values, digit for digit. `undefined`: one of them is gone. */
const chosen = (answer: string, version: 1 | 2, names: readonly string[]): string | undefined => {
  const data = secretIn(version, answer);
  const pairs = (data === undefined ? undefined : pairsOf(data))?.filter(({ name }) => names.includes(name));
  return pairs && pairs.length === names.length ? objectText(pairs) : undefined;
};

const wrapped = async (gift: Gift, ttl: number): Promise<Answer | "changed"> => {
  if (gift.kind === "text") return wrap(JSON.stringify({ text: gift.text }), ttl);
  const path = addressesOf(gift.at).data;
  if (gift.kind === "secret") return call({ method: "GET", path, wrapTtl: String(ttl) });
  const read = await get(path);
  if (!read.ok) return read;
  const body = chosen(read.text, gift.at.version, gift.names);
  return body === undefined ? "changed" : wrap(body, ttl);
};

const fromOf = (gift: Gift): string => (gift.kind === "text" ? "" : gift.at.mount + gift.at.path);

interface Wrapped {
  readonly token: string;
  /** Seconds since 1970. */
  readonly end: number;
}

const wrappedIn = (answer: Answer & { readonly ok: true }): Wrapped | undefined => {
  const info = objectIn(answer.json, "wrap_info");
  const token = textIn(info, "token");
  const created = momentIn(info, "creation_time");
  if (token === "" || created === undefined) return undefined;
  return { token, end: Math.floor(created / 1_000) + numberIn(info, "ttl") };
};

const held = async ({ token, end }: Wrapped, withCode: boolean): Promise<Held> => {
  const code: Code | undefined = withCode ? newCode(fill) : undefined;
  return { token, code, fragment: await linkOf(token, end, code, fill) };
};

/** One link for each note, one after another; those made before a failure stay. */
export const makeLinks = async ({ who, gift, ttl, notes, withCode }: Wish): Promise<Outcome> => {
  const made: number[] = [];
  const by = personKey(who);
  for (const note of notes) {
    const answer = await wrapped(gift, ttl);
    if (answer === "changed" || !answer.ok) return { made, failure: answer };
    const found = wrappedIn(answer);
    if (!found) return { made, failure: "unwrapped" };
    const opens = await held(found, withCode);
    made.push(add({ by, note, from: fromOf(gift), endsAt: found.end * 1_000, held: opens }));
  }
  return { made };
};
