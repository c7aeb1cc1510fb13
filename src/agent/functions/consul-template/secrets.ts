import type { Secret } from "../../../client/contract.ts";
import {
  bytesOfText,
  func1,
  func2,
  STRING,
  type TemplateFunction,
  textOfBytes,
  unrunnable,
  type Value,
  variadic,
} from "../../../go-template/index.ts";
import { goQuote } from "../../../std/go-quote.ts";
import { parseUnsigned } from "../go/strconv.ts";
import { trimAny, trimSpace } from "../go/text.ts";
import { stringList } from "../go/text-lists.ts";
import type { Fetched, Pairs, Sources } from "../sources.ts";
import { certificateValue, noKeys, secretValue } from "./secret-values.ts";

/** The functions that reach outside: secrets, certificates and files. */

const pathOf = (text: string, what: string): string => {
  const path = trimAny(trimSpace(text), "/");
  return path === "" ? unrunnable(`vault.${what}: invalid format: ""`) : path;
};

/** The text that was not a pair is the template's own, or is taken out as a secret's. */
const pairsOf = (texts: readonly string[]): Pairs => {
  const pairs: [string, string][] = [];
  for (const text of texts) {
    if (text === "") continue;
    const at = text.indexOf("=");
    if (at < 0) return unrunnable(`not k=v pair ${goQuote(text)}`);
    pairs.push([trimSpace(text.slice(0, at)), trimSpace(text.slice(at + 1))]);
  }
  return Object.fromEntries(pairs);
};

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path);
  } catch {
    return unrunnable("vault.read: invalid URL escape in a path");
  }
};

/** A path with `?version=1` behind it. */
const addressOf = (text: string): readonly [string, Pairs] => {
  const [whole = ""] = pathOf(text, "read").split("#");
  const at = whole.indexOf("?");
  if (at < 0) return [decoded(whole), {}];
  return [decoded(whole.slice(0, at)), Object.fromEntries(new URLSearchParams(whole.slice(at + 1)))];
};

const answered = <T>(
  path: string,
  fetched: Fetched<T>,
  made: (value: T) => Value,
  meanwhile: Value = undefined,
): Value => {
  if (fetched.state === "value") return made(fetched.value);
  return fetched.state === "missing" ? meanwhile : unrunnable(`no secret exists at ${path}`);
};

const secret = (sources: Sources, [path, ...rest]: readonly string[]): Value => {
  if (path === undefined) return undefined;
  const show = (found: Secret): Value => secretValue(found);
  if (rest.length > 0) {
    const [pairs, target] = [pairsOf(rest), pathOf(path, "write")];
    return answered(target, sources.write(target, pairs), show);
  }
  const [target, query] = addressOf(path);
  return answered(target, sources.read(target, query), show);
};

const pkiCert = (sources: Sources, [path, ...rest]: readonly string[]): Value => {
  if (path === undefined) return undefined;
  const pairs = pairsOf(rest);
  const [target] = addressOf(path);
  return answered(target, sources.pkiCert(target, pairs), certificateValue);
};

const list = (sources: Sources, path: string): Value => {
  if (path === "") return noKeys();
  const target = pathOf(path, "list");
  return answered(target, sources.list(target), stringList, noKeys());
};

const file = (sources: Sources, path: string): Value => {
  if (path === "") return "";
  const name = trimSpace(path) || unrunnable('file: invalid format: ""');
  const fetched = sources.file(name);
  if (fetched.state === "absent") return unrunnable(`file: there is no ${goQuote(name)}`);
  return fetched.state === "value" ? textOfBytes(fetched.value) : "";
};

const MOST_MODE = 0o7777n;

const modeOf = (text: string): number => {
  const mode = parseUnsigned(text, 8);
  if (typeof mode !== "bigint" || mode > MOST_MODE) return unrunnable("writeToFile: permissions are octal: 0644");
  return Number(mode);
};

const writeToFile = (sources: Sources, given: readonly string[], args: readonly string[]): string => {
  const [path = "", user = "", group = "", permissions = ""] = given;
  const content = args.at(-1) ?? unrunnable("writeToFile: it has no content");
  const flags = args.length === 2 ? (args[0] ?? "") : "";
  sources.writeFile({
    path,
    user,
    group,
    mode: modeOf(permissions),
    append: flags.includes("append"),
    content: bytesOfText(flags.includes("newline") ? `${content}\n` : content),
  });
  return "";
};

export const secretFunctions = (sources: Sources): Readonly<Record<string, TemplateFunction>> => ({
  env: func1(STRING, (name) => sources.env(name) ?? ""),
  mustEnv: func1(STRING, (name) => sources.env(name) || unrunnable(`required environment variable ${name} is empty`)),
  envOrDefault: func2(STRING, STRING, (name, fallback) => sources.env(name) ?? fallback),
  file: func1(STRING, (path) => file(sources, path)),
  pkiCert: variadic([], STRING, (_, args) => pkiCert(sources, args)),
  secret: variadic([], STRING, (_, args) => secret(sources, args)),
  secrets: func1(STRING, (path) => list(sources, path)),
  writeToFile: variadic([STRING, STRING, STRING, STRING], STRING, (given, args) => writeToFile(sources, given, args)),
});
