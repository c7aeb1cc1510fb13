/** The query protocol's two halves: form parameters in, an answer tree out as XML (or, for STS, JSON). */
import { escapeMarkup } from "../../std/markup.ts";
import { AwsError } from "./wire.ts";

export type Answer = string | number | boolean | readonly Answer[] | { readonly [name: string]: Answer | undefined };

/** One call's parameters, by their flat names (`Filter.1.Value.2`). */
export class QueryParams {
  readonly #values: ReadonlyMap<string, string>;
  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }
  /** Undefined when absent or empty. */
  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new AwsError("ValidationError", `The request must contain the parameter ${name}.`);
    return value;
  }
  /** A parameter that must fit a pattern; the complaint is the one IAM and STS make. */
  matching(name: string, pattern: RegExp): string {
    const value = this.required(name);
    if (pattern.test(value)) return value;
    const member = name.charAt(0).toLowerCase() + name.slice(1);
    throw new AwsError(
      "ValidationError",
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source.replace(/^\^|\$$/g, "")}`,
    );
  }
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,10}$/.test(value)) throw new AwsError("ValidationError", `${name} must be a whole number.`);
    return Number(value);
  }
  /** `Prefix.1`, `Prefix.2` … until one is missing. */
  texts(prefix: string): string[] {
    const out: string[] = [];
    for (let i = 1; this.#values.has(`${prefix}.${i}`); i++) out.push(this.#values.get(`${prefix}.${i}`) ?? "");
    return out;
  }
  /** `Prefix.1.…`, `Prefix.2.…` as parameters of their own. */
  groups(prefix: string): QueryParams[] {
    const out: QueryParams[] = [];
    for (let i = 1; ; i++) {
      const start = `${prefix}.${i}.`;
      const members = [...this.#values].filter(([name]) => name.startsWith(start));
      if (members.length === 0) return out;
      out.push(new QueryParams(new Map(members.map(([name, value]) => [name.slice(start.length), value]))));
    }
  }
}

/** Reads `a=b&c=d` as HTML forms have it. Equal names: the first wins, as in the signature. */
export const parseForm = (text: string): Map<string, string> => {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) if (!values.has(name)) values.set(name, value);
  return values;
};

// XML 1.0 has no way to write some characters.
const escapeXml = (text: string): string =>
  escapeMarkup(text.replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD"));

/** An answer tree as XML elements; `item` is the name of a list's elements. */
export const toXml = (answer: Answer, item: "member" | "item"): string => {
  if (typeof answer !== "object") return escapeXml(String(answer));
  if (Array.isArray(answer)) return answer.map((one) => `<${item}>${toXml(one, item)}</${item}>`).join("");
  return Object.entries(answer)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${toXml(value, item)}</${name}>`))
    .join("");
};

/** ISO 8601 to the second, as the query services print times. */
export const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
