import { createHash } from "node:crypto";
import { type RandomSource, randomText, uuid } from "../std/random.ts";
import type { Clock } from "../std/time.ts";
import {
  func0,
  func1,
  func2,
  func3,
  INT,
  type Room,
  replaceEach,
  STRING,
  strictPrintf,
  type TemplateFunction,
  unrunnable,
} from "./index.ts";

/** The functions that Vault adds to Go's in a username template. Source: Vault documentation, "Username templating". */

export interface TemplateWorld {
  readonly clock: Clock;
  readonly random: RandomSource;
}

const LONGEST_RANDOM = 100;
const LONGEST = 4096;

const lengthOf = (value: bigint, name: string, least = 1): number =>
  value >= least && value <= LONGEST ? Number(value) : unrunnable(`${name} expects a length of at least ${least}`);

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

const truncateSha256 = (length: bigint, text: string): string => {
  const limit = lengthOf(length, "truncate_sha256", 9);
  return text.length <= limit ? text : text.slice(0, limit - 8) + sha256(text.slice(limit - 8)).slice(0, 8);
};

const random = (length: bigint, source: RandomSource): string => {
  const characters = lengthOf(length, "random");
  if (characters > LONGEST_RANDOM) return unrunnable(`random makes at most ${LONGEST_RANDOM} characters`);
  return randomText(source, characters);
};

const base64 = (text: string, room: Room): string => {
  const bytes = Buffer.from(text);
  room.text(Math.ceil(bytes.length / 3) * 4);
  return bytes.toString("base64");
};

export const nameFunctions = (world: TemplateWorld): Readonly<Record<string, TemplateFunction>> => ({
  printf: strictPrintf,
  random: func1(INT, (length) => random(length, world.random)),
  truncate: func2(INT, STRING, (length, text) => text.slice(0, lengthOf(length, "truncate"))),
  truncate_sha256: func2(INT, STRING, truncateSha256),
  uppercase: func1(STRING, (text) => text.toUpperCase()),
  lowercase: func1(STRING, (text) => text.toLowerCase()),
  replace: func3(STRING, STRING, STRING, (from, to, text, room) => replaceEach(text, from, to, room)),
  sha256: func1(STRING, sha256),
  base64: func1(STRING, base64),
  unix_time: func0(() => String(Math.floor(world.clock.now() / 1000))),
  unix_time_millis: func0(() => String(Math.floor(world.clock.now()))),
  timestamp: func1(STRING, (layout) => goTime(world.clock.now(), layout)),
  uuid: func0(() => uuid(world.random)),
});
