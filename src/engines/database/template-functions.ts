import { createHash } from "node:crypto";
import { type RandomSource, randomText, uuid } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";

/** The functions a username template may call. Source: Vault documentation, "Username templating". */

export type TemplateValue = string | number;
export interface TemplateWorld {
  readonly clock: Clock;
  readonly random: RandomSource;
}
export type TemplateFunction = (args: readonly TemplateValue[], world: TemplateWorld) => TemplateValue;

/** A template that cannot be run, though it can be read. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const fail = (why: string): never => {
  throw new TemplateError(why);
};

const LONGEST_RANDOM = 100;
const LONGEST = 4096;

const text = (value: TemplateValue | undefined, name: string): string =>
  typeof value === "string" ? value : fail(`${name} expects a text`);

const length = (value: TemplateValue | undefined, name: string): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= LONGEST
    ? value
    : fail(`${name} expects a length above 0`);

const sha256 = (value: string): string => createHash("sha256").update(value).digest("hex");

const pad = (n: number): string => String(n).padStart(2, "0");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The parts of Go's reference time that make sense in a name; the rest of the layout stands for itself. */
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

const printf: TemplateFunction = ([format, ...rest]) => {
  const values = [...rest];
  return text(format, "printf").replace(/%([sdvq%])/g, (_, verb: string) => {
    if (verb === "%") return "%";
    const value = values.shift() ?? fail("printf has fewer values than verbs");
    return verb === "q" ? JSON.stringify(String(value)) : String(value);
  });
};

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["printf", printf],
  [
    "random",
    ([n], { random }) => {
      const wanted = length(n, "random");
      return wanted > LONGEST_RANDOM
        ? fail(`random makes at most ${LONGEST_RANDOM} characters`)
        : randomText(random, wanted);
    },
  ],
  ["truncate", ([n, value]) => text(value, "truncate").slice(0, length(n, "truncate"))],
  [
    "truncate_sha256",
    ([n, value]) => {
      const limit = length(n, "truncate_sha256");
      const whole = text(value, "truncate_sha256");
      if (limit <= 8) return fail("truncate_sha256 expects a length above 8");
      return whole.length <= limit ? whole : whole.slice(0, limit - 8) + sha256(whole.slice(limit - 8)).slice(0, 8);
    },
  ],
  ["uppercase", ([value]) => text(value, "uppercase").toUpperCase()],
  ["lowercase", ([value]) => text(value, "lowercase").toLowerCase()],
  ["replace", ([from, to, value]) => text(value, "replace").split(text(from, "replace")).join(text(to, "replace"))],
  ["sha256", ([value]) => sha256(text(value, "sha256"))],
  ["base64", ([value]) => Buffer.from(text(value, "base64")).toString("base64")],
  ["unix_time", (_, { clock }) => String(Math.floor(clock.now() / 1000))],
  ["unix_time_millis", (_, { clock }) => String(Math.floor(clock.now()))],
  ["timestamp", ([layout], { clock }) => goTime(clock.now(), text(layout, "timestamp"))],
  ["uuid", (_, { random }) => uuid(random)],
]);
