import type { HclValue } from "../../hcl/hcl.ts";
import { parseGoBool } from "../../std/go-bool.ts";
import { DurationError, parseExactDuration } from "../../std/time.ts";
import type { MethodConfig, RawConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";

/** Reads the values of a method's `config { }`, with Vault's words for what is wrong. */

/** The entries; throws where no `config { }` was written. */
export const entriesOf = (method: MethodConfig): RawConfig => {
  if (!method.hasConfig) throw new AgentError("empty config data");
  return method.config;
};

/** A text that may be absent; `undefined` then. */
export const optionalText = (config: RawConfig, key: string): string | undefined => {
  const value = config.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== "string") throw new AgentError(`could not convert '${key}' config value to string`);
  return value.value;
};

/** A text that must be there; it may be empty. */
export const presentText = (config: RawConfig, key: string): string => {
  const value = optionalText(config, key);
  if (value === undefined) throw new AgentError(`missing '${key}' value`);
  return value;
};

/** A text that must be there and say something. */
export const requiredText = (config: RawConfig, key: string): string => {
  const value = presentText(config, key);
  if (value === "") throw new AgentError(`'${key}' value is empty`);
  return value;
};

const wordOf = (value: HclValue): string | undefined => {
  if (value.kind === "boolean") return String(value.value);
  if (value.kind === "number") return value.text;
  return value.kind === "string" ? value.value : undefined;
};

/** `true`, `1`, `"t"` and their like. */
export const flag = (config: RawConfig, key: string, otherwise: boolean): boolean => {
  const value = config.get(key);
  if (value === undefined) return otherwise;
  const read = parseGoBool(wordOf(value) ?? "");
  if (read === undefined) throw new AgentError(`error parsing '${key}' value: it is neither true nor false`);
  return read;
};

/** A positive time, as `"500ms"` or in seconds; answers milliseconds. */
export const period = (config: RawConfig, key: string, otherwise: number): number => {
  const value = config.get(key);
  if (value === undefined) return otherwise;
  try {
    const seconds = parseExactDuration(wordOf(value) ?? "");
    if (seconds > 0) return seconds * 1000;
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
  }
  throw new AgentError(`error parsing '${key}' value into a positive value`);
};
