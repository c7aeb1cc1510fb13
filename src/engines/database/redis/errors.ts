import { networkReason } from "../../../outgoing/index.ts";
import { DatabaseFailure, type FailureKind, noConnection, ownFailure } from "../failure.ts";

/** What the server, the driver and the network say, in fixed words of our own. A reply's first word is its code. */

/** What the connection's own user must be allowed to do. */
export const NEEDED = "~zeroth:* +@admin +@connection +@transaction +time +get +set +del";

type Text = readonly [FailureKind, string];

const CODES: Readonly<Record<string, Text>> = {
  WRONGPASS: ["login", "password authentication failed"],
  NOAUTH: ["login", "the login was refused"],
  NOPERM: ["statement", `permission denied: the connection's user needs ${NEEDED}`],
  READONLY: ["statement", "the server is a replica; name the primary"],
  MOVED: ["statement", "the server is part of a cluster; clusters are not supported"],
  CLUSTERDOWN: ["statement", "the server is part of a cluster; clusters are not supported"],
  OOM: ["statement", "the server is out of memory"],
};

/** Replies that are only told apart by their text, which is matched and never passed on. */
const TEXTS: readonly (readonly [RegExp, Text])[] = [
  [/^ERR AUTH .*without any password configured/, ["login", "the login was refused: the server checks no password"]],
  [/^ERR Error in ACL SETUSER modifier/, ["statement", "a rule is not one the server knows"]],
  [/^ERR .*not configured to use an ACL file/, ["unknown", "the server has no ACL file; see persistence_mode"]],
  [/^ERR .*running without a config file/, ["unknown", "the server has no configuration file; see persistence_mode"]],
  [/^ERR (?:unknown|syntax|wrong number)/i, ["statement", "the server lacks ACL commands or is older than Redis 6.2"]],
];

/** The server is there and serves nobody yet, or not us. */
const AWAY = /^(?:LOADING|BUSY|MASTERDOWN|DENIED|TRYAGAIN)\b|^ERR max number of clients/;

/** The failure of a reply that is an error. */
export const replyFailure = (message: string): DatabaseFailure => {
  if (AWAY.test(message)) return noConnection("the server serves no commands now");
  const [kind, text] = CODES[/^[A-Z]+/.exec(message)?.[0] ?? ""] ??
    TEXTS.find(([pattern]) => pattern.test(message))?.[1] ?? ["statement", "the server refused the command"];
  return new DatabaseFailure(kind, text);
};

const isReply = (error: unknown): error is Error => error instanceof Error && error.name === "ReplyError";

/** Our own words for what the driver or a dial threw. `kind`: what a connection that breaks at this moment means. */
export const failureOf = (error: unknown, kind: "unreachable" | "unknown"): DatabaseFailure => {
  const own = ownFailure(error);
  if (own) return own;
  if (isReply(error)) return replyFailure(error.message);
  return noConnection(networkReason(error), kind);
};
