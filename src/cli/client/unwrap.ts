import { Sensitive } from "../../std/sensitive.ts";
import type { ClientCommand } from "./command.ts";
import { CommandFailure } from "./console.ts";
import { printAnswer } from "./output.ts";
import { PRINT_FLAGS } from "./session.ts";

/** `zeroth unwrap`: what a wrapping token holds, once. */
export const unwrap: ClientCommand = {
  usage: "zeroth unwrap [options] [TOKEN]",
  about: "Opens what a wrapping token holds; - reads the token from standard input. Works once.",
  flags: PRINT_FLAGS,
  words: [0, 1],
  doing: () => "Error unwrapping",
  run: async (session, _, [word]) => {
    const text = word === "-" ? (await session.console.input()).trim() : word;
    const call = { method: "PUT", path: "sys/wrapping/unwrap" } as const;
    // The wrapping token itself asks; without one, the session's token is it.
    const answer = text === undefined ? await session.call(call) : await session.callAs(new Sensitive(text), call);
    if (answer.body === undefined) throw new CommandFailure("Could not find wrapped response", 2);
    await printAnswer(session.console, session.wanted, answer);
    return 0;
  },
};
