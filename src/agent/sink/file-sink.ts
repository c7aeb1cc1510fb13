import type { SinkConfig } from "../config/model.ts";
import { AgentError, type Surroundings } from "../contract.ts";
import { checkWholeFile, FileError, removeLeftOvers, type WholeFile, writeWholeFile } from "../files/index.ts";

const USUAL_MODE = 0o640;
/** What `chown` takes besides -1, which changes nothing. */
const MOST_ID = 0xffff_fffe;

const integer = ({ config }: SinkConfig, key: string): number | undefined => {
  const value = config.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== "number" || !Number.isInteger(value.value)) {
    throw new AgentError(`could not parse '${key}' as integer`);
  }
  return value.value;
};

const modeOf = (config: SinkConfig): number => {
  const mode = integer(config, "mode");
  if (mode === undefined) return USUAL_MODE;
  if (mode < 0 || mode > 0o777) {
    throw new AgentError(
      `'mode' must lie between 0 and 0777: ${mode} is ${mode.toString(8)} in octal; write 0640 in HCL, and 416 in JSON`,
    );
  }
  return mode;
};

const idOf = (config: SinkConfig, key: string): number | undefined => {
  const id = integer(config, key);
  if (id === undefined || id === -1) return undefined;
  if (id < 0 || id > MOST_ID) throw new AgentError(`'${key}' must be -1 or the number of an owner`);
  return id;
};

const pathOf = ({ config }: SinkConfig): string => {
  const value = config.get("path");
  if (value === undefined) throw new AgentError("'path' not specified for file sink");
  if (value.kind !== "string") throw new AgentError("could not parse 'path' as string");
  if (value.value === "") throw new AgentError("'path' not specified for file sink");
  return value.value;
};

export interface FileSink {
  readonly path: string;
  write(content: string): Promise<void>;
}

/** Reads a sink's `config { }`, clears away what a killed agent left, and checks that the file can be written. */
export const createFileSink = async (config: SinkConfig, { random }: Surroundings): Promise<FileSink> => {
  const path = pathOf(config);
  const settings: WholeFile = {
    mode: modeOf(config),
    umask: "holds",
    uid: idOf(config, "uid"),
    gid: idOf(config, "gid"),
  };
  try {
    await checkWholeFile(path, settings, random);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new AgentError(`error during write check: ${error.message}`);
  }
  await removeLeftOvers(path);
  return { path, write: (content) => writeWholeFile(path, content, settings, random) };
};
