import { type Place, pathIn } from "../../src/cli/client/kv/place.ts";
import type { Session } from "../../src/cli/client/session.ts";
import type { Call } from "../../src/client/index.ts";
import { NO_RETRIES } from "../../src/client/index.ts";
import { type RandomSource, randomText } from "../../src/std/random.ts";
import type { Kind } from "./mix.ts";

/** The secrets that a load reads and writes, in a folder of its own that is gone afterwards. */

export interface Secrets {
  /** A request of a kind; `point` between 0 and 1 says which secret. */
  call(kind: Kind, point: number): Omit<Call, "token">;
  /** Writes every secret once. */
  make(): Promise<void>;
  /** Removes them with their versions. */
  remove(): Promise<void>;
}

/** Requests at once while secrets are made and removed. */
const SIDE_BY_SIDE = 8;

export const secretsIn = (
  session: Session,
  place: Place,
  options: {
    readonly count: number;
    /** Bytes of each value. */
    readonly size: number;
    readonly random: RandomSource;
  },
): Secrets => {
  const { count, size, random } = options;
  // Two loads at once do not meet.
  const folder = [place.path, randomText(random, 10)].filter((part) => part !== "").join("/");
  const value = randomText(random, size);
  const at = (kind: string, below: string): string => pathIn({ ...place, path: `${folder}${below}` }, kind);
  const names = Array.from({ length: count }, (_, index) => `/${index}`);
  const write = (below: string): Omit<Call, "token"> => ({
    method: "POST",
    path: at("data", below),
    body: place.version === 2 ? { data: { value } } : { value },
  });
  const each = async (work: (below: string) => Promise<unknown>): Promise<void> => {
    const left = [...names];
    const worker = async (): Promise<void> => {
      for (let below = left.pop(); below !== undefined; below = left.pop()) await work(below);
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  };
  const calls: Readonly<Record<Kind, (below: string) => Omit<Call, "token">>> = {
    read: (below) => ({ method: "GET", path: at("data", below) }),
    write,
    list: () => ({ method: "GET", path: at("metadata", "/"), query: { list: "true" } }),
    lookup: () => ({ method: "GET", path: "auth/token/lookup-self" }),
  };
  return {
    // A failure counts as one: a second try would hide it.
    call: (kind, point) => ({ ...calls[kind](names[Math.floor(point * count)] ?? "/0"), retry: NO_RETRIES }),
    make: () => each((below) => session.call(write(below))),
    remove: () => each((below) => session.call({ method: "DELETE", path: at("metadata", below) })),
  };
};
