import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Reading, readConfig } from "../../../../src/agent/config/index.ts";
import type { AgentConfig } from "../../../../src/agent/config/model.ts";
import type { AgentFlags, Environment } from "../../../../src/agent/config/overrides.ts";
import { AgentError } from "../../../../src/agent/contract.ts";

/** Reads configurations of a test from files of its own. */

export interface Asked {
  readonly flags?: AgentFlags;
  readonly env?: Environment;
  /** The `-config` values; the folder itself unless told. */
  readonly paths?: readonly string[];
}

/** `files`: text by name, in a folder that is removed. The folder's name is `DIR` in errors. */
export const readFiles = (files: Readonly<Record<string, string | Uint8Array>>, asked: Asked = {}): Reading => {
  const folder = mkdtempSync(join(tmpdir(), "agent-config-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const paths = (asked.paths ?? ["."]).map((path) => join(folder, path));
    return readConfig(paths, asked.flags ?? {}, asked.env ?? {});
  } catch (error) {
    throw error instanceof AgentError ? new AgentError(error.message.replaceAll(folder, "DIR")) : error;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

export const readHcl = (text: string, asked: Asked = {}): AgentConfig =>
  readFiles({ "agent.hcl": text }, { paths: ["agent.hcl"], ...asked }).config;

export const readJson = (value: unknown, asked: Asked = {}): AgentConfig =>
  readFiles({ "agent.json": JSON.stringify(value) }, { paths: ["agent.json"], ...asked }).config;

/** The text of the error, `accepted` where there is none. Any other error is thrown. */
export const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof AgentError) return error.message;
    throw error;
  }
  return "accepted";
};
