import { createHash } from "node:crypto";
import { type RandomSource, randomText, uuid } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import { type Room, type TemplateFunction, textAt, unrunnable, type Value } from "./index.ts";

/** The functions that Vault adds to Go's in a username template. Source: Vault documentation, "Username templating". */

export interface TemplateWorld {
  readonly clock: Clock;
  readonly random: RandomSource;
}

const LONGEST_RANDOM = 100;
const LONGEST = 4096;

const lengthAt = (args: readonly Value[], name: string, least = 1): number => {
  const [value] = args;
  return typeof value === "number" && value >= least && value <= LONGEST
    ? value
    : unrunnable(`${name} expects a length of at least ${least}`);
};

const sha256 = (value: string): string => createHash("sha256").update(value).digest("hex");

const pad = (n: number): string => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The parts of Go's reference time that make sense in a name; the rest of the layout is copied. */
const goTime = (ms: number, layout: string): string => {
  const at = new Date(ms);
  const parts: Readonly<Record<string, string>> = {
    "2006": String(at.getUTCFullYear()),
    "06": pad(at.getUTCFullYear() % 100),
    Jan: MONTHS[at.getUTCMonth()] ?? "",
    "01": pad(at.getUTCMonth() + 1),
    "02": pad(at.getUTCDate()),
    "15": pad(at.getUTCHours()),
    "03": pad(at.getUTCHours() % 12 || 12),
    "04": pad(at.getUTCMinutes()),
    "05": pad(at.getUTCSeconds()),
    PM: at.getUTCHours() < 12 ? "AM" : "PM",
    Z07: "Z",
    MST: "UTC",
  };
  return layout.replace(/2006|Jan|Z07(?::?00)?|MST|PM|0[1-6]|15/g, (part) =>
    part.startsWith("Z07") ? "Z" : (parts[part] ?? part),
  );
};

const occurrences = (text: string, part: string): number => {
  if (part === "") return text.length + 1;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
};

const replace = (args: readonly Value[], room: Room): string => {
  const [from, to, text] = [textAt(args, 0, "replace"), textAt(args, 1, "replace"), textAt(args, 2, "replace")];
  room.text(text.length + occurrences(text, from) * (to.length - from.length));
  return text.replaceAll(from, () => to);
};

const truncateSha256 = (args: readonly Value[]): string => {
  const limit = lengthAt(args, "truncate_sha256", 9);
  const text = textAt(args, 1, "truncate_sha256");
  return text.length <= limit ? text : text.slice(0, limit - 8) + sha256(text.slice(limit - 8)).slice(0, 8);
};

const random = (args: readonly Value[], source: RandomSource): string => {
  const length = lengthAt(args, "random");
  if (length > LONGEST_RANDOM) return unrunnable(`random makes at most ${LONGEST_RANDOM} characters`);
  return randomText(source, length);
};

const takes = (count: number, run: TemplateFunction["run"]): TemplateFunction => ({ least: count, most: count, run });

const base64 = (args: readonly Value[], room: Room): string => {
  const bytes = Buffer.from(textAt(args, 0, "base64"));
  room.text(Math.ceil(bytes.length / 3) * 4);
  return bytes.toString("base64");
};

export const nameFunctions = (world: TemplateWorld): Readonly<Record<string, TemplateFunction>> => ({
  random: takes(1, (args) => random(args, world.random)),
  truncate: takes(2, (args) => textAt(args, 1, "truncate").slice(0, lengthAt(args, "truncate"))),
  truncate_sha256: takes(2, truncateSha256),
  uppercase: takes(1, (args) => textAt(args, 0, "uppercase").toUpperCase()),
  lowercase: takes(1, (args) => textAt(args, 0, "lowercase").toLowerCase()),
  replace: takes(3, replace),
  sha256: takes(1, (args) => sha256(textAt(args, 0, "sha256"))),
  base64: takes(1, base64),
  unix_time: takes(0, () => String(Math.floor(world.clock.now() / 1000))),
  unix_time_millis: takes(0, () => String(Math.floor(world.clock.now()))),
  timestamp: takes(1, (args) => goTime(world.clock.now(), textAt(args, 0, "timestamp"))),
  uuid: takes(0, () => uuid(world.random)),
});
