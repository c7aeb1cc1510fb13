import { setTimeout as pause } from "node:timers/promises";
import { PATIENCE_MS } from "./page.ts";

/** Looks again and again until it is so; throws when it never is. */
export const eventually = async (look: () => boolean | Promise<boolean>): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    if (Date.now() > until) throw new Error(`it never came to be: ${look}`);
    await pause(50);
  }
};
