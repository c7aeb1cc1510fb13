import { z } from "zod";

/** One call of the command line, and what a check may say of it. */

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string;
  /** Another than the root's. */
  readonly token?: string;
  /** Added to what every call has. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs in a terminal of its own, where what it printed and what it complained of are one. */
  readonly terminal?: true;
  /** What it has printed and complained of so far, each time there is more; what it answers is typed in. */
  readonly told?: (text: string) => string | undefined;
}

export type Run = (args: readonly string[], options?: RunOptions) => Promise<Ran>;

/** The values of these variables, by which the caller of the suite names other systems. */
export const given = <N extends string>(...names: readonly N[]): Readonly<Record<N, string>> => {
  const found = names.map((name) => [name, process.env[name] ?? ""] as const);
  const missing = found.filter(([, value]) => value === "").map(([name]) => name);
  if (missing.length > 0) throw new Skipped(`not given: ${missing.join(", ")}`);
  return Object.fromEntries(found) as Record<N, string>;
};

/** A check that cannot be made here, with the reason. */
export class Skipped extends Error {}

export const expect = (condition: boolean, what: string): void => {
  if (!condition) throw new Error(what);
};

/** Runs a command that must succeed; answers what it printed. */
export const done = async (vault: Run, ...args: readonly string[]): Promise<string> => {
  const { status, out, err } = await vault(args);
  expect(status === 0, `${args.join(" ")} ended with ${status}: ${err || out}`);
  return out;
};

/** Vault's command line is built without these commands. */
export const needCommand = async (vault: Run, ...words: readonly string[]): Promise<void> => {
  const { out, err } = await vault([...words, "-h"]);
  if (!`${out}${err}`.includes("Usage:")) throw new Skipped(`this command line has no ${words.join(" ")}`);
};

/** Runs a command that must fail with these words. */
export const refused = async (vault: Run, words: string, ...args: readonly string[]): Promise<void> => {
  const { status, out, err } = await vault(args);
  expect(status !== 0, `${args.join(" ")} succeeded`);
  expect(`${out}${err}`.includes(words), `${args.join(" ")} says: ${out}${err}`);
};

const Secret = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  lease_id: z.string().optional(),
  lease_duration: z.number().optional(),
  auth: z.object({ client_token: z.string() }).nullish(),
  wrap_info: z.object({ token: z.string() }).nullish(),
});
export type Secret = z.output<typeof Secret>;

/** As `done`, read as the secret it printed. The verb comes first, and may be two words. */
export const secret = async (vault: Run, verb: string, ...args: readonly string[]): Promise<Secret> =>
  Secret.parse(JSON.parse(await done(vault, ...verb.split(" "), "-format=json", ...args)));

/** The list a command printed as JSON. */
export const listed = async (vault: Run, verb: string, ...args: readonly string[]): Promise<readonly string[]> =>
  z.array(z.string()).parse(JSON.parse(await done(vault, ...verb.split(" "), "-format=json", ...args)));
