import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type HclBody, HclError, parseHcl } from "../../hcl/hcl.ts";
import { goQuote } from "../../std/go-quote.ts";
import { utf8Text } from "../../std/utf8.ts";
import { AgentError } from "../contract.ts";
import { fileError } from "../files/errors.ts";

/** Which files a path of `-config` means, and what they say. */

/** A configuration with hundreds of templates in it is well below; nothing larger is read. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Files an editor leaves behind. */
const temporary = (name: string): boolean =>
  name.endsWith("~") || name.startsWith(".#") || (name.startsWith("#") && name.endsWith("#"));

/**
 * The files of a folder, those that go before the others last: of two files that set the same key the one whose name
 * comes first in the alphabet wins. Vault Agent takes them as the file system lists them.
 */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && /\.(hcl|json)$/.test(entry.name) && !temporary(entry.name))
    .map((entry) => entry.name)
    .sort()
    .reverse()
    .map((name) => join(folder, name));

export interface ConfigFile {
  readonly path: string;
  readonly body: HclBody;
}

const attempt = <T>(did: string, path: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new AgentError(fileError(did, path, error).message);
  }
};

const readConfigFile = (path: string): ConfigFile => {
  const bytes = attempt("read", path, () => readFileSync(path));
  if (bytes.length > MAX_BYTES) throw new AgentError(`larger than ${MAX_BYTES} bytes`);
  const text = utf8Text(bytes);
  if (text === undefined) throw new AgentError("not UTF-8");
  try {
    return { path, body: parseHcl(text.replace(/^\ufeff/, ""), { maxBytes: MAX_BYTES }) };
  } catch (error) {
    throw error instanceof HclError ? new AgentError(error.message) : error;
  }
};

/** The files of one `-config`, in the order in which they are merged. Throws `AgentError`. */
export const configFiles = (path: string): readonly ConfigFile[] => {
  if (!attempt("stat", path, () => statSync(path)).isDirectory()) return [readConfigFile(path)];
  return attempt("read", path, () => filesOf(path)).map((file) => {
    try {
      return readConfigFile(file);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      throw new AgentError(`error loading ${goQuote(file)}: ${error.message}`);
    }
  });
};
