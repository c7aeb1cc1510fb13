import { z } from "zod";
import { type BackendContext, invalidRequest } from "../../framework/index.ts";
import { codeAt, matchingSteps } from "../../otp/index.ts";
import type { JsonObject } from "../../std/json.ts";
import { cut } from "../../std/shown.ts";
import { epochSeconds, formatDuration, plus, seconds } from "../../std/time.ts";
import { change } from "../../storage/change.ts";
import type { Address, View } from "../../storage/store.ts";
import { type FoundKey, findKey, keyAddress } from "./keys.ts";

/**
 * Codes of the mount's keys: told to those who have to show one, checked for those who are shown one.
 *
 * Security: whoever checks a code first, in whatever environment, has used it up: it is recorded by a write that holds
 * for one caller, and only then is it answered whether it was right. So a right code is right once, and a table that
 * fails makes none right. A code is recorded under its name's keyed hash: the table holds no code.
 */

export const CodeShown = z.object({
  code: z.string(),
  generated: z.number().describe("epoch seconds"),
  expire_time: z.number().describe("epoch seconds: when the next code follows"),
  period: z.string().describe("how long a code lives, such as `30s`"),
});

export const Checked = z.object({ valid: z.boolean() });

const keyOf = async (name: string, cx: BackendContext): Promise<FoundKey> => {
  const key = await findKey(name, cx);
  if (!key) throw invalidRequest(`unknown key: ${cut(name)}`);
  return key;
};

export const readCode = async (name: string, cx: BackendContext): Promise<z.output<typeof CodeShown>> => {
  const { key, rules } = await keyOf(name, cx);
  const now = cx.clock.now();
  const { code, ends } = codeAt(key, rules, now);
  return { code, generated: epochSeconds(now), expire_time: ends, period: formatDuration(rules.period) };
};

/** By name and not by key: a code that was used stays used when the name gets another key. */
const usedAddress = (view: View, name: string, code: string): Address =>
  view.at(`used/${view.tag(`${name}\n${code}`)}`);

/** A code has at most eight bytes; what is longer is not looked up. */
const MOST_BYTES = 8;

/** What a check reads together with the token. */
export const checkReads = (
  { params, data }: { readonly params: { readonly name: string }; readonly data: JsonObject },
  view: View,
): readonly Address[] => {
  const { code } = data;
  const isPlausible = typeof code === "string" && code !== "" && code.length <= MOST_BYTES;
  return [keyAddress(view, params.name), ...(isPlausible ? [usedAddress(view, params.name, code)] : [])];
};

/** Whether a code is right now, for its first caller. Throws with Vault's texts. */
export const checkCode = async (name: string, code: string, cx: BackendContext): Promise<z.output<typeof Checked>> => {
  const { key, rules } = await keyOf(name, cx);
  if (code === "") throw invalidRequest("the code value is required");
  if (code.trim() !== code || Buffer.byteLength(code) !== rules.digits) {
    throw invalidRequest("invalid number of digits for the code");
  }
  const now = cx.clock.now();
  const valid = matchingSteps(key, rules, code, now).length > 0;
  const at = epochSeconds(now);
  const exp = plus(at, seconds(rules.period * (2 + rules.skew)));
  await change(
    cx.storage,
    usedAddress(cx.storage, name, code),
    (entry) => {
      // The table removes what has ended some time later.
      if (entry && (entry.clear.exp ?? 0) > at) {
        throw invalidRequest("code already used; wait until the next time period");
      }
      return { op: "put", body: null, clear: { exp, ttl: exp }, result: undefined };
    },
    { around: (write) => cx.crash("totp.check", write) },
  );
  return { valid };
};
