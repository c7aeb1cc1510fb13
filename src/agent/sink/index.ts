import type { Client } from "../../client/contract.ts";
import { shown } from "../../std/shown.ts";
import type { SinkConfig } from "../config/model.ts";
import { AgentError, type Part, type Surroundings, type Tokens } from "../contract.ts";
import { doubting } from "../doubt.ts";
import { createEncrypt, type Encrypt } from "./envelope.ts";
import { createFileSink, type FileSink } from "./file-sink.ts";
import { type PreparedSink, startSink } from "./writer.ts";

/**
 * Sinks: files that always hold the newest token, for programs that read one. Each is written on its own, whole or not
 * at all, and tried again until it is; one that fails holds up no other. They trust the configuration alone, and must
 * never log what they write.
 */

export interface Sinks {
  start(tokens: Tokens): Part;
}

const named = async <T>(work: () => Promise<T> | T): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(`error creating file sink: ${error.message}`);
  }
};

const prepare = async (config: SinkConfig, surroundings: Surroundings): Promise<PreparedSink> => {
  if (config.type !== "file") throw new AgentError(`Unknown sink type ${shown(config.type)}`);
  const { encryption } = config;
  const encrypt: Encrypt | undefined = await named(() =>
    encryption === undefined ? undefined : createEncrypt(encryption, surroundings.env, surroundings.random),
  );
  const file: FileSink = await named(() => createFileSink(config, surroundings));
  return { config, file, encrypt };
};

/** Checks every sink: its `config { }`, and that its file can be written. Throws `AgentError`, as the agent prints it. */
export const createSinks = async (
  configs: readonly SinkConfig[],
  surroundings: Surroundings,
  client: Client,
): Promise<Sinks> => {
  const log = surroundings.log.named("sink.file");
  const prepared: PreparedSink[] = [];
  for (const config of configs) {
    const sink = await prepare(config, surroundings);
    log.info("file sink configured", { path: sink.file.path });
    prepared.push(sink);
  }
  return {
    start: (tokens) => {
      const parts = prepared.map((sink) => startSink(sink, tokens, doubting(client, tokens), { ...surroundings, log }));
      let end = (_code: undefined): void => undefined;
      const ended = new Promise<undefined>((resolve) => {
        end = resolve;
      });
      return {
        ready: Promise.all(parts.map((part) => part.ready)).then(() => undefined),
        ended,
        stop: async () => {
          await Promise.all(parts.map((part) => part.stop()));
          end(undefined);
        },
      };
    },
  };
};
