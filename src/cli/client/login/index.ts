import { type Answer, variableOf } from "../../../client/index.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import { trimSlashes } from "../../../std/slashes.ts";
import type { Flags } from "../../flags.ts";
import type { ClientCommand } from "../command.ts";
import { CommandFailure } from "../console.ts";
import { readKeyValues } from "../key-values.ts";
import { keyTable, printAnswer } from "../output.ts";
import { PRINT_FLAGS, type Session, WRAP_FLAGS } from "../session.ts";
import { openTokenHelper } from "../token-helper.ts";
import { METHODS } from "./methods.ts";
import { waitingRows, withSecondFactor } from "./second-factor.ts";

/** `zeroth login`: gets a token and keeps it where `vault`, `bao` and this program look for it. */

const trimmed = (path: string): string => trimSlashes(path).replace(/^auth\//, "");

/** A word without a name is a token; `-` reads it from standard input. */
const givenTo = async (session: Session, method: string, words: readonly string[]) => {
  const [word] = words;
  if (method !== "token" || words.length !== 1 || word === undefined) return readKeyValues(words, session.console);
  if (word === "-") return { token: await session.console.input() };
  return word.includes("=") ? readKeyValues(words, session.console) : { token: word };
};

const answered = async (session: Session, flags: Flags, words: readonly string[]): Promise<Answer> => {
  const method = flags.text("method") ?? "token";
  const login = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (login === undefined) {
    const names = Object.keys(METHODS).sort().join(", ");
    throw new CommandFailure(`Unknown auth method: ${method}. Use "zeroth write" for another, or one of: ${names}`);
  }
  const given = await givenTo(session, method, words);
  const mount = trimmed(flags.text("path") || method);
  return withSecondFactor(session, await login({ session, console: session.console, mount, given }));
};

const NOT_STORED = `The token was not stored in token helper. Set the VAULT_TOKEN environment
variable or pass the token below with each request to the server.
`;
const STORED = `Success! You are now authenticated. The token information displayed below
is already stored in the token helper. You do NOT need to run "zeroth login"
again. Future requests will automatically use this token.
`;
const COVERED = `WARNING! The VAULT_TOKEN environment variable is set! The value of this
variable will take precedence; if this is unwanted please unset VAULT_TOKEN or
update its value accordingly.

`;

const finish = async (session: Session, flags: Flags, answer: Answer): Promise<void> => {
  const { console } = session;
  const only = flags.boolean("token-only") === true;
  const store = !only && flags.boolean("no-store") !== true;
  const token = answer.secret?.auth?.client_token ?? "";
  if (token === "") {
    if (answer.secret?.wrap_info) return printAnswer(console, session.wanted, answer);
    throw new CommandFailure("the server answered without a token", 2);
  }
  if (store) await (await openTokenHelper(console)).store(new Sensitive(token));
  if (store && variableOf(console.env, "TOKEN") !== undefined) console.err(COVERED);
  if (flags.boolean("no-print") === true) return;
  const wanted = only ? { format: session.wanted.format, field: "token" } : session.wanted;
  if (wanted.format === "table" && wanted.field === undefined) {
    if (store) console.out(`${STORED}\n`);
    else console.err(`${NOT_STORED}\n`);
  }
  await printAnswer(console, wanted, answer);
};

export const login: ClientCommand = {
  usage: "zeroth login [options] [AUTH K=V...]",
  about: `Gets a token and stores it in ~/.vault-token. Methods: ${Object.keys(METHODS).sort().join(", ")}.`,
  flags: {
    ...PRINT_FLAGS,
    ...WRAP_FLAGS,
    method: { kind: "text", value: "name", help: "How to log in. Default: token." },
    path: { kind: "text", value: "path", help: "Where the method is mounted. Default: its name." },
    "no-store": { kind: "boolean", help: "Do not store the token." },
    "no-print": { kind: "boolean", help: "Do not print the token." },
    "token-only": { kind: "boolean", help: "Print the token alone, and do not store it." },
  },
  words: [0, Number.POSITIVE_INFINITY],
  doing: () => "Error authenticating",
  run: async (session, flags, words) => {
    const answer = await answered(session, flags, words);
    const waiting = waitingRows(answer);
    if (waiting === undefined) {
      await finish(session, flags, answer);
      return 0;
    }
    const { console, wanted } = session;
    if (wanted.format !== "table") await printAnswer(console, wanted, answer);
    else {
      console.err(
        "A login request was issued that is subject to MFA validation. Please make sure\n" +
          "to validate the login by sending another request to sys/mfa/validate endpoint.\n\n",
      );
      console.out(keyTable(waiting));
    }
    return 0;
  },
};
