import {
  type Answer,
  type Call,
  type Client,
  type ClientSettings,
  createClient,
  foundBeside,
  settingsFromEnvironment,
  type Token,
  variableOf,
} from "../../client/index.ts";
import { defined } from "../../std/defined.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { parseDuration } from "../../std/time.ts";
import type { Flags, FlagTable } from "../flags.ts";
import { SERVER_FLAGS } from "../server-flags.ts";
import { CommandFailure, type Console } from "./console.ts";
import type { Format, Wanted } from "./output.ts";
import { openTokenHelper } from "./token-helper.ts";

/** What every command has: a server, a token, and a way to print. */

/** Flags go before the environment. */
export const CONNECTION_FLAGS: FlagTable = {
  ...SERVER_FLAGS,
  header: { kind: "texts", value: "name=value", help: "A header of every request; may be repeated." },
  mfa: { kind: "texts", value: "method:code", help: "A second factor.", hidden: true },
};

const FORMAT: FlagTable = {
  format: { kind: "text", value: "format", help: "table, json or yaml. Also VAULT_FORMAT." },
};
export const PRINT_FLAGS: FlagTable = {
  ...FORMAT,
  field: { kind: "text", value: "name", help: "Print this field alone." },
};
export const LIST_FLAGS: FlagTable = FORMAT;
export const WRAP_FLAGS: FlagTable = {
  "wrap-ttl": { kind: "text", value: "duration", help: "Wrap the answer for so long. Also VAULT_WRAP_TTL." },
};

const settingsOf = (flags: Flags, env: Console["env"]): ClientSettings => {
  const settings = settingsFromEnvironment(env, flags.text("address") || undefined);
  const tls = defined({
    caCert: flags.text("ca-cert"),
    caPath: flags.text("ca-path"),
    clientCert: flags.text("client-cert"),
    clientKey: flags.text("client-key"),
    serverName: flags.text("tls-server-name"),
    skipVerify: flags.boolean("tls-skip-verify"),
  });
  const namespace = flags.text("ns") ?? flags.text("namespace");
  return { ...settings, userAgent: "zeroth-cli", tls: { ...settings.tls, ...tls }, ...defined({ namespace }) };
};

const headersOf = (flags: Flags): Readonly<Record<string, string>> => {
  const pairs = flags.texts("header").map((text): readonly [string, string] => {
    const cut = text.indexOf("=");
    if (cut < 1) throw new CommandFailure("Invalid header: expected name=value");
    return [text.slice(0, cut).toLowerCase(), text.slice(cut + 1)];
  });
  const owned = pairs.find(([name]) => name.startsWith("x-vault-"));
  if (owned !== undefined) throw new CommandFailure(`custom headers may not begin with X-Vault-: ${owned[0]}`);
  const mfa = flags.texts("mfa");
  return { ...Object.fromEntries(pairs), ...(mfa.length > 0 && { "x-vault-mfa": mfa.join(",") }) };
};

const FORMATS: readonly string[] = ["table", "json", "yaml"] satisfies readonly Format[];
const isFormat = (text: string): text is Format => FORMATS.includes(text);

const wantedOf = (flags: Flags, env: Console["env"]): Wanted => {
  const format = (flags.text("format") ?? variableOf(env, "FORMAT")?.value ?? "table").toLowerCase();
  if (format === "yml") return { format: "yaml", field: flags.text("field") };
  if (!isFormat(format)) throw new CommandFailure(`Invalid output format: ${format}`);
  return { format, field: flags.text("field") };
};

/** `5m` and `300` are `300s`. */
const wrapTtlOf = (flags: Flags, env: Console["env"]): string | undefined => {
  const text = flags.text("wrap-ttl") ?? variableOf(env, "WRAP_TTL")?.value;
  if (text === undefined) return undefined;
  try {
    return `${parseDuration(text)}s`;
  } catch {
    throw new CommandFailure(`invalid wrap TTL ${JSON.stringify(text)}`);
  }
};

export interface Session {
  readonly console: Console;
  readonly wanted: Wanted;
  readonly client: Client;
  /** With the session's token, wrapping and headers. */
  call(call: Omit<Call, "token">): Promise<Answer>;
  /** The same, and `undefined` for a 404 that brings nothing. */
  find(call: Omit<Call, "token">): Promise<Answer | undefined>;
  /** With another token, or none. */
  callAs(token: Token | undefined, call: Omit<Call, "token">): Promise<Answer>;
}

/** The token of the environment, else the one that a login has stored. */
const tokenOf = async (console: Console): Promise<Token | undefined> => {
  const given = variableOf(console.env, "TOKEN")?.value;
  return given === undefined ? (await openTokenHelper(console)).get() : new Sensitive(given.trim());
};

/** Throws `CommandFailure` and `SettingsError`. */
export const openSession = (flags: Flags, console: Console): Session => {
  const client = createClient(settingsOf(flags, console.env));
  const headers = headersOf(flags);
  const wrapTtl = wrapTtlOf(flags, console.env);
  let known: Promise<Token | undefined> | undefined;
  const callAs: Session["callAs"] = (token, call) =>
    client.call({
      ...call,
      headers: { ...headers, ...call.headers },
      ...defined({ token, wrapTtl: call.wrapTtl ?? wrapTtl }),
    });
  const call: Session["call"] = async (one) => {
    known ??= tokenOf(console);
    return callAs(await known, one);
  };
  return {
    console,
    wanted: wantedOf(flags, console.env),
    client,
    call,
    callAs,
    find: (one) => call(one).catch(foundBeside),
  };
};
