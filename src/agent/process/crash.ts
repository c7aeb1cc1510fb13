import { memberOf } from "../../std/member.ts";
import { reasonOf } from "../reason.ts";

/**
 * Failures that no part has caught. The agent ends by them, but in order: a program that it runs is stopped, the pid
 * file removed. Only the error's name and its place in the code are told, since its text may hold what it was given.
 */

export interface Crashes {
  /** Settles with the first one, as a log may tell it. */
  readonly first: Promise<string>;
  release(): void;
}

const FRAMES = 4;

/** `unexpected TypeError at f (file:1:2) at g (file:3:4)` */
export const describeCrash = (error: unknown): string => {
  const text = (name: "stack" | "message"): string => {
    const value = memberOf(error, name);
    return typeof value === "string" ? value : "";
  };
  // The stack begins with the text, which may look like frames.
  const lines = text("stack")
    .replace(text("message"), () => "")
    .split("\n");
  const frames = lines.map((line) => line.trim()).filter((line) => /^at [^\n]*:\d+:\d+\)?$/.test(line));
  return [reasonOf(error), ...frames.slice(0, FRAMES)].join(" ");
};

export const takeCrashes = (): Crashes => {
  let tell = (_: unknown): void => undefined;
  const first = new Promise<string>((resolve) => {
    tell = (error) => resolve(describeCrash(error));
  });
  const events = ["uncaughtException", "unhandledRejection"] as const;
  for (const event of events) process.on(event, tell);
  return {
    first,
    release: () => {
      for (const event of events) process.removeListener(event, tell);
    },
  };
};
