import type { World } from "./world.ts";

/** Moves the server's clock on to ten in the morning of the next day here, so that a test that counts days meets no midnight. */
export const toMorning = ({ clock }: World): void => {
  clock.advance(new Date(clock.now()).setHours(34, 0, 0, 0) - clock.now());
};
