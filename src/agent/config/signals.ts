import { constants } from "node:os";
import { shown } from "../../std/shown.ts";
import { AgentError } from "../contract.ts";

const isSignal = (name: string): name is NodeJS.Signals => Object.hasOwn(constants.signals, name);

/** `SIGTERM` or `sigterm`. Throws `AgentError` for a name this system has not. */
export const signalOf = (text: string): NodeJS.Signals => {
  const name = text.toUpperCase();
  if (isSignal(name)) return name;
  const known = Object.keys(constants.signals)
    .sort()
    .map((each) => JSON.stringify(each));
  throw new AgentError(`invalid signal ${shown(text)} - valid signals are [${known.join(" ")}]`);
};
