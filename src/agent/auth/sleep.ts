import { pause } from "../../std/timer.ts";
import type { Surroundings } from "../contract.ts";

const LOOK = 15_000;
/** What clocks that are only put right do not differ by. Milliseconds. */
const JUMP = 5000;

/**
 * Settles with `true` when the wall clock has run ahead of the steady one, with `false` when it is called off. A machine
 * that slept looks like that, because on Linux the steady clock sleeps along; so does one whose clock was set forward.
 * So it says nothing about a token, but that the server should be asked. A clock set back says nothing at all.
 */
export const jumpedAhead = async (
  { clock, steady, timer }: Pick<Surroundings, "clock" | "steady" | "timer">,
  signal: AbortSignal,
): Promise<boolean> => {
  for (let wall = clock.now(), even = steady(); await pause(timer, LOOK, signal); wall = clock.now(), even = steady()) {
    if (clock.now() - wall - (steady() - even) > JUMP) return true;
  }
  return false;
};
