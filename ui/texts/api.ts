import type { FaultKind } from "../client/json-tree.ts";
import { many } from "./many.ts";

/** Words of the page for any path. */
export const api = {
  title: "Any path",
  about: "Every path that the server documents, as a form. For what has no page of its own.",
  actions: { read: "Read", list: "List", write: "Write", patch: "Patch", delete: "Delete" },
  answer: "Answer",
  answered: (status: number) => `Answered with ${status}.`,
  commands: "As a command",
  confirm: {
    title: (action: string, path: string) => `${action} ${path}?`,
    text: "What this ends or deletes cannot be brought back from here.",
  },
  count: (count: number) => many(count, "path", "paths"),
  curl: "curl",
  done: "Done. The server has nothing to add.",
  faults: {
    needed: "This part of the path is needed.",
    number: "This is not a number.",
    duration: "A duration is a number and a unit: 30s, 15m, 1h, 7d.",
    pair: "Each line is a name, an equals sign and a value; or it is all one JSON object.",
    json: (line: number, column: number, fault: FaultKind) =>
      `Not JSON, at line ${line}, column ${column}: ${jsonFaults[fault]}.`,
  },
  filter: "Find a path",
  formWrong: "Not sent: look at the marked fields.",
  fields: { path: "Path", query: "What to ask", body: "Fields", more: "Further fields" },
  freeLabel: "Fields",
  hints: {
    list: "One a line, or a JSON list.",
    map: "A name=value a line, or a JSON object.",
    any: "Text, or JSON.",
    number: "A number.",
  },
  method: "What to do",
  noneFit: "No path has these words.",
  nothing: "The server documents no path for you.",
  secretsLeftOut: "Secrets are left out of these commands.",
  send: "Send",
  sudo: "needs sudo",
  switch: { unset: "Not given", on: "Yes", off: "No" },
  unknown: (path: string) => `The server documents no path ${path} for you.`,
  vault: "vault",
  warnings: "The server warns:",
} as const;

const jsonFaults: Readonly<Record<FaultKind, string>> = {
  end: "it ends too early",
  value: "a value is missing",
  name: "a name in quotes is missing",
  colon: "a colon is missing",
  comma: "a comma is missing",
  number: "this number is not written as JSON has it",
  escape: "this escape does not exist",
  control: "a quote is missing, or a control character is not escaped",
  rest: "something follows",
  depth: "this is too deep",
  twice: "this name is there twice",
  object: "this is not an object",
};
