import { setTimeout as pause } from "node:timers/promises";
import { PATIENCE_MS } from "./page.ts";

/** Looks again and again until it is so; throws, with what was `wanted`, when it never is. */
export const eventually = async (
  look: () => boolean | Promise<boolean>,
  wanted: () => string = () => `${look}`,
): Promise<void> => {
  const until = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    if (Date.now() > until) throw new Error(`it never came to be: ${wanted()}`);
    await pause(50);
  }
};
