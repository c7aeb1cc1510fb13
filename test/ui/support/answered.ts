import { eventually } from "./eventually.ts";
import { pathIs } from "./hold.ts";
import type { Visitor } from "./page.ts";

/** Waits for so many answers to calls of a path below `/v1/`. */
export const answered = async ({ gate }: Visitor, path: string, times: number): Promise<void> => {
  const count = (): number => gate.passed.filter(pathIs(path)).filter(({ status }) => status !== undefined).length;
  await eventually(
    () => count() >= times,
    () => `${times} answers to ${path}, of which ${count()} came`,
  );
};
