import type { Client } from "../../client/contract.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import { pause } from "../../std/timer.ts";
import { between, goDuration } from "../back-off.ts";
import type { SinkConfig } from "../config/model.ts";
import type { Login, Part, Surroundings, Tokens } from "../contract.ts";
import { reasonOf } from "../reason.ts";
import { sinkContent } from "./content.ts";
import type { Encrypt } from "./envelope.ts";
import type { FileSink } from "./file-sink.ts";

export interface PreparedSink {
  readonly config: SinkConfig;
  readonly file: FileSink;
  readonly encrypt: Encrypt | undefined;
}

/** Milliseconds between two tries. */
const SOONEST = 1000;
const LATEST = 3000;

interface Made {
  readonly content: Sensitive<string>;
  /** By the steady clock. */
  readonly at: number;
}

/** Writes one sink, for each new login and again until it is written; a newer login goes before an older one. */
export const startSink = (
  sink: PreparedSink,
  tokens: Tokens,
  client: Client,
  { log, random, steady, timer }: Surroundings,
): Pick<Part, "ready" | "stop"> => {
  const { config, file } = sink;
  const stopping = new AbortController();
  let newer = new AbortController();
  let waiting: Login | undefined;
  let writing: Promise<void> | undefined;
  let written = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    written = resolve;
  });

  /** A wrapping token that was made for a write which failed serves the next try, in the first half of its life. */
  const isFresh = (made: Made | undefined): made is Made =>
    made !== undefined && (config.wrapTtl === 0 || steady() - made.at < config.wrapTtl * 500);

  const make = async (login: Login, signal: AbortSignal): Promise<Made> => {
    const content = await sinkContent(config, client, login, signal);
    return { content: sink.encrypt === undefined ? content : await sink.encrypt(content), at: steady() };
  };

  const write = async (login: Login): Promise<void> => {
    const over = AbortSignal.any([stopping.signal, newer.signal]);
    let made: Made | undefined;
    while (!over.aborted) {
      try {
        if (!isFresh(made)) made = await make(login, over);
        if (over.aborted) return;
        await file.write(made.content.reveal());
        log.info("token written", { path: file.path });
        written();
        return;
      } catch (error) {
        if (over.aborted) return;
        const wait = between(random, SOONEST, LATEST);
        const fields = { path: file.path, error: reasonOf(error), backoff: goDuration(wait) };
        log.error("error returned by sink function, retrying", fields);
        await pause(timer, wait, over);
      }
    }
  };

  const writeAll = async (): Promise<void> => {
    while (waiting !== undefined && !stopping.signal.aborted) {
      const login = waiting;
      waiting = undefined;
      newer = new AbortController();
      await write(login);
    }
    writing = undefined;
  };

  const unsubscribe = tokens.subscribe((login) => {
    waiting = login;
    newer.abort();
    writing ??= writeAll();
  });
  return {
    ready,
    stop: async () => {
      unsubscribe();
      stopping.abort();
      await writing;
    },
  };
};
