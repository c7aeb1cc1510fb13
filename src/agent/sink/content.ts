import { type Client, NO_RETRIES, type Token, type WrapInfo } from "../../client/contract.ts";
import { writeJson } from "../../std/json.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { formatDuration, seconds } from "../../std/time.ts";
import type { SinkConfig } from "../config/model.ts";
import { AgentError, type Login } from "../contract.ts";

/** What a sink holds, before it is encrypted. */

/** One line in Vault's order of keys, with its newline; consumers read it with `jq` and with `read`. */
const line = (value: Readonly<Record<string, unknown>>): string => `${writeJson(value)}\n`;

export const wrapLine = (info: WrapInfo): string =>
  line({
    token: info.token,
    accessor: info.accessor,
    ttl: info.ttl,
    creation_time: info.creation_time,
    creation_path: info.creation_path,
    wrapped_accessor: info.wrapped_accessor ?? "",
  });

/** Has the server keep the token behind a wrapping token, which opens it once. */
const wrap = async (client: Client, token: Token, ttl: number, signal: AbortSignal): Promise<WrapInfo> => {
  const answer = await client.call({
    method: "PUT",
    path: "sys/wrapping/wrap",
    body: { token: token.reveal() },
    token,
    wrapTtl: formatDuration(seconds(ttl)),
    retry: NO_RETRIES,
    signal,
  });
  const info = answer.secret?.wrap_info;
  if (info === undefined || info === null) throw new AgentError("nil wrap info returned, not writing out to sink");
  return info;
};

const contentOf = async (
  { wrapTtl }: SinkConfig,
  client: Client,
  login: Login,
  signal: AbortSignal,
): Promise<string> => {
  if (login.kind === "wrapped") return wrapLine(login.wrapInfo);
  if (wrapTtl === 0) return login.token.reveal();
  return wrapLine(await wrap(client, login.token, wrapTtl, signal));
};

/** The token without a newline, or the line of a wrapping token: the sink's own, or the login's. */
export const sinkContent = async (
  config: SinkConfig,
  client: Client,
  login: Login,
  signal: AbortSignal,
): Promise<Sensitive<string>> => new Sensitive(await contentOf(config, client, login, signal));
