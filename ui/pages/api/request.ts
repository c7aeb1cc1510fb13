import { objectText, type Pair, pairsOf } from "../../client/json-text.ts";
import { type FaultKind, isFault, readTree } from "../../client/json-tree.ts";
import { parseDuration } from "../../kit/durations.ts";
import type { ApiRequest } from "../../protocol.ts";
import { type Endpoint, FREE_INPUT, type Input } from "./spec.ts";

/** From a filled form to the request. JSON and numbers are handed on as they were typed, digit by digit. */

/** As typed, by `keyOf`. Empty or absent: not given. */
export type Values = Readonly<Record<string, string>>;

export const keyOf = ({ where, name }: Pick<Input, "where" | "name">): string => `${where} ${name}`;

export type Fault =
  | { readonly kind: "needed" | "number" | "duration" | "pair" }
  | { readonly kind: "json"; readonly fault: FaultKind; readonly line: number; readonly column: number };

type Read = { readonly source: string } | { readonly fault: Fault };

const json = (text: string): Read => {
  const tree = readTree(text);
  return isFault(tree) ? { fault: { kind: "json", ...tree } } : { source: text.trim() };
};

const quoted = (text: string): Read => ({ source: JSON.stringify(text) });

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== "");

const isNumber = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text);

const list = (text: string, numbers: boolean): Read => {
  if (text.trimStart().startsWith("[")) return json(text);
  const items = linesOf(text).map((line) =>
    numbers && isNumber(line.trim()) ? line.trim() : JSON.stringify(line.trim()),
  );
  return { source: `[${items.join(",")}]` };
};

const map = (text: string): Read => {
  if (text.trimStart().startsWith("{")) return json(text);
  const pairs: Pair[] = [];
  for (const line of linesOf(text)) {
    const at = line.indexOf("=");
    if (at < 1) return { fault: { kind: "pair" } };
    pairs.push({ name: line.slice(0, at).trim(), source: JSON.stringify(line.slice(at + 1)) });
  }
  return { source: objectText(pairs) };
};

const any = (text: string): Read => {
  const trimmed = text.trim();
  if (/^[[{"]/.test(trimmed)) return json(text);
  return /^(true|false|null)$/.test(trimmed) || isNumber(trimmed) ? { source: trimmed } : quoted(text);
};

const number = (text: string): Read =>
  isNumber(text.trim()) ? { source: text.trim() } : { fault: { kind: "number" } };

const duration = (text: string): Read =>
  parseDuration(text) === undefined ? { fault: { kind: "duration" } } : quoted(text.trim());

/** The JSON of what was typed. */
const read = ({ kind, numbers }: Input, text: string): Read => {
  switch (kind) {
    case "text":
      return quoted(text);
    case "number":
      return number(text);
    case "duration":
      return duration(text);
    case "switch":
      return { source: text };
    case "list":
      return list(text, numbers);
    case "map":
      return map(text);
    case "any":
      return any(text);
  }
};

interface Filled {
  readonly pairs: readonly Pair[];
  readonly faults: ReadonlyMap<string, Fault>;
}

const filled = (inputs: readonly Input[], values: Values): Filled => {
  const faults = new Map<string, Fault>();
  const pairs: Pair[] = [];
  for (const input of inputs) {
    const text = values[keyOf(input)] ?? "";
    if (text === "") continue;
    const got = read(input, text);
    if ("fault" in got) faults.set(keyOf(input), got.fault);
    else pairs.push({ name: input.name, source: got.source });
  }
  return { pairs, faults };
};

const free = (endpoint: Endpoint, values: Values): Filled => {
  const text = endpoint.free ? (values[keyOf(FREE_INPUT)] ?? "") : "";
  if (text.trim() === "") return { pairs: [], faults: new Map() };
  const got = map(text);
  if ("fault" in got) return { pairs: [], faults: new Map([[keyOf(FREE_INPUT), got.fault]]) };
  return { pairs: pairsOf(got.source) ?? [], faults: new Map() };
};

export const pathOf = (endpoint: Endpoint, values: Values): string =>
  endpoint.template
    .replace(/\{([^}]*)\}/g, (braced, name: string) => values[keyOf({ where: "path", name })] || braced)
    .replace(/\/+$/, "/");

const missing = ({ inputs }: Endpoint, values: Values): readonly (readonly [string, Fault])[] =>
  inputs.flatMap((input) => {
    const key = keyOf(input);
    return input.where === "path" && !values[key] ? [[key, { kind: "needed" }] as const] : [];
  });

export type Built = { readonly request: ApiRequest } | { readonly faults: ReadonlyMap<string, Fault> };

/** The request, or what is wrong with each input, by `keyOf`. */
export const buildRequest = (endpoint: Endpoint, values: Values): Built => {
  const of = (where: Input["where"]): readonly Input[] => endpoint.inputs.filter((input) => input.where === where);
  const [query, body, more] = [filled(of("query"), values), filled(of("body"), values), free(endpoint, values)];
  const faults = new Map([...missing(endpoint, values), ...query.faults, ...body.faults, ...more.faults]);
  if (faults.size > 0) return { faults };
  const asked: [string, string][] = query.pairs.map(({ name, source }) => {
    const value: unknown = JSON.parse(source);
    return [name, typeof value === "string" ? value : source];
  });
  if (endpoint.action === "list") asked.push(["list", "true"]);
  const writes = endpoint.action === "write" || endpoint.action === "patch";
  return {
    request: {
      method: endpoint.method,
      path: pathOf(endpoint, values),
      query: asked.length > 0 ? Object.fromEntries(asked) : undefined,
      body: writes ? objectText([...body.pairs, ...more.pairs]) : undefined,
      patch: endpoint.action === "patch" || undefined,
    },
  };
};
