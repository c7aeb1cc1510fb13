import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ClientCommand } from "../../src/cli/client/command.ts";
import { CommandFailure } from "../../src/cli/client/console.ts";
import { type Place, placeOf } from "../../src/cli/client/kv/place.ts";
import type { Session } from "../../src/cli/client/session.ts";
import type { Flags } from "../../src/cli/flags.ts";
import { ResponseError, variableOf } from "../../src/client/index.ts";
import { fraction, type RandomSource } from "../../src/std/random.ts";
import type { Timer } from "../../src/std/timer.ts";
import { arrive } from "./arrivals.ts";
import { kindAt, readMix, readRates } from "./mix.ts";
import { createRecorder, type Outcome } from "./recorder.ts";
import { drawingOf, jsonOf, linesOf, type Step } from "./report.ts";
import { type Secrets, secretsIn } from "./requests.ts";

/**
 * A load for a server, local or deployed: secrets of its own, read and written at a steady rate, with percentiles and a
 * picture. Address, token and TLS are those of the command line (`VAULT_ADDR`, `VAULT_TOKEN` …). Reads cost what a
 * deployment's requests cost (`docs/cost.md`).
 */

/** What comes from outside, so that a test can bring its own. */
export interface LoadSurroundings {
  /** Milliseconds, by a clock that only goes forward. */
  readonly now: () => number;
  readonly timer: Timer;
  readonly random: RandomSource;
  /** Ends the load; what it made is removed all the same. */
  readonly ended: AbortSignal;
}

/** A whole number in a range. Throws `CommandFailure`. */
const within = (flags: Flags, name: string, usual: number, least: number, most: number): number => {
  const given = flags.number(name) ?? usual;
  if (given < least || given > most) throw new CommandFailure(`Invalid ${name}: expected ${least} to ${most}`);
  return given;
};

const outcomeOf = async (session: Session, call: Parameters<Session["call"]>[0]): Promise<Outcome> => {
  try {
    return (await session.call(call)).status;
  } catch (error) {
    return error instanceof ResponseError ? error.status : "lost";
  }
};

interface Plan {
  readonly rates: readonly number[];
  readonly seconds: number;
  readonly most: number;
  readonly mix: ReturnType<typeof readMix>;
  readonly secrets: Secrets;
}

const play = async (session: Session, plan: Plan, rate: number, surroundings: LoadSurroundings): Promise<Step> => {
  const { seconds, most, mix, secrets } = plan;
  const { timer, random, ended } = surroundings;
  const recorder = createRecorder();
  const start = surroundings.now();
  const now = (): number => surroundings.now() - start;
  await arrive({
    rate,
    seconds,
    most,
    now,
    timer,
    signal: ended,
    send: async (due) => {
      const kind = kindAt(mix, fraction(random));
      const outcome = await outcomeOf(session, secrets.call(kind, fraction(random)));
      recorder.record(kind, outcome, due, now());
    },
    dropped: (due) => recorder.record("not sent", "dropped", due, due),
  });
  return { rate, seconds, recorder };
};

const writeResult = async (name: string, address: string, steps: readonly Step[]): Promise<void> => {
  await mkdir(dirname(name), { recursive: true });
  await writeFile(`${name}.json`, `${JSON.stringify(jsonOf(address, steps), undefined, 2)}\n`);
  await writeFile(`${name}.svg`, drawingOf(steps));
};

const addressOf = ({ console }: Session, flags: Flags): string =>
  flags.text("address") ?? variableOf(console.env, "ADDR")?.value ?? "";

/** Plays every rate, unless somebody ends it. */
const playAll = async (session: Session, plan: Plan, surroundings: LoadSurroundings): Promise<readonly Step[]> => {
  const steps: Step[] = [];
  for (const rate of plan.rates) {
    if (surroundings.ended.aborted) break;
    session.console.err(`${rate} requests a second for ${plan.seconds} s\n`);
    steps.push(await play(session, plan, rate, surroundings));
  }
  return steps;
};

const planOf = (session: Session, flags: Flags, place: Place, random: RandomSource): Plan => ({
  rates: readRates(flags.text("rate") ?? "50"),
  seconds: within(flags, "seconds", 10, 1, 86_400),
  most: within(flags, "most", 1000, 1, 100_000),
  mix: readMix(flags.text("mix") ?? "read=90,write=10"),
  secrets: secretsIn(session, place, {
    count: within(flags, "secrets", 100, 1, 100_000),
    size: within(flags, "size", 1000, 1, 100_000),
    random,
  }),
});

export const loadOver = (surroundings: LoadSurroundings): ClientCommand => ({
  usage: "npm run load -- [options] [PATH]",
  about: "Makes secrets below PATH (usually secret/load), puts a load on the server, and removes them.",
  flags: {
    rate: { kind: "text", value: "rates", help: "Requests a second; several, played in turn: 50,100,200. Usually 50." },
    seconds: { kind: "number", value: "seconds", help: "How long each rate is played. Usually 10." },
    mix: { kind: "text", value: "mix", help: "Shares of read, write, list and lookup. Usually read=90,write=10." },
    secrets: { kind: "number", value: "count", help: "Secrets that are made. Usually 100." },
    size: { kind: "number", value: "bytes", help: "Bytes of each secret. Usually 1000." },
    most: { kind: "number", value: "count", help: "Most requests under way at once. Usually 1000." },
    out: { kind: "text", value: "name", help: "Where NAME.json and NAME.svg are written. Usually dist/load/latest." },
  },
  words: [0, 1],
  doing: () => "Error with the secrets of the load",
  run: async (session, flags, [path = "secret/load"]) => {
    const place = await placeOf(session, flags, [path]);
    if (place.mount === "") throw new CommandFailure(`${path} is in no KV mount: name a path below one`, 2);
    const plan = planOf(session, flags, place, surroundings.random);
    const name = flags.text("out") ?? "dist/load/latest";
    try {
      await plan.secrets.make();
      const steps = await playAll(session, plan, surroundings);
      session.console.out(`${linesOf(steps)}\n`);
      await writeResult(name, addressOf(session, flags), steps);
      session.console.err(`written: ${name}.json, ${name}.svg\n`);
    } finally {
      await plan.secrets.remove();
    }
    return 0;
  },
});
