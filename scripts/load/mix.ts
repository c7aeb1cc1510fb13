import { CommandFailure } from "../../src/cli/client/console.ts";

/** Which requests a load consists of: `read=90,write=10`. */

export const KINDS = ["read", "write", "list", "lookup"] as const;
export type Kind = (typeof KINDS)[number];

const isKind = (text: string): text is Kind => KINDS.some((kind) => kind === text);

/** Throws `CommandFailure`. The shares are relative to their sum. */
export const readMix = (text: string): ReadonlyMap<Kind, number> => {
  const mix = new Map<Kind, number>();
  for (const part of text.split(",")) {
    const [, kind = "", share = ""] = /^([a-z]+)=(\d{1,6})$/.exec(part.trim()) ?? [];
    if (!isKind(kind))
      throw new CommandFailure(
        `Invalid mix ${JSON.stringify(part)}: expected ${KINDS.join(", ")}, as in read=90,write=10`,
      );
    mix.set(kind, (mix.get(kind) ?? 0) + Number(share));
  }
  if ([...mix.values()].every((share) => share === 0)) throw new CommandFailure("Invalid mix: every share is 0");
  return mix;
};

/** The kind at `point` between 0 (included) and 1 (excluded). */
export const kindAt = (mix: ReadonlyMap<Kind, number>, point: number): Kind => {
  const sum = [...mix.values()].reduce((all, share) => all + share, 0);
  let left = point * sum;
  for (const [kind, share] of mix) {
    left -= share;
    if (left < 0) return kind;
  }
  throw new RangeError("a point is at least 0 and less than 1");
};

/** Rates one after another, requests a second: `100` or `50,100,200`. Throws `CommandFailure`. */
export const readRates = (text: string): readonly number[] => {
  const rates = text.split(",").map((part) => (/^\d{1,6}(\.\d{1,3})?$/.test(part.trim()) ? Number(part) : 0));
  if (rates.some((rate) => rate === 0))
    throw new CommandFailure(
      `Invalid rate ${JSON.stringify(text)}: expected requests a second, as in 100 or 50,100,200`,
    );
  return rates;
};
