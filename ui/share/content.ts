import { layOut, pairsOf, sourceAt, stringOf } from "../client/json-text.ts";

/** What a wrapping token carried, as fields: of a secret of either version, of a login, of anything else. Exact. */

export interface OpenedField {
  readonly name: string;
  /** The text itself; of anything but text, its JSON as it was written. */
  readonly value: string;
}

export interface Content {
  readonly fields: readonly OpenedField[];
  /** The same as the text of one JSON object, for storing and saving. */
  readonly json: string;
}

const textOf = (source: string): string => stringOf(source) ?? layOut(source);

const contentOf = (json: string | undefined): Content | undefined => {
  const pairs = json === undefined ? undefined : pairsOf(json);
  if (json === undefined || !pairs) return undefined;
  return { json, fields: pairs.map(({ name, source }) => ({ name, value: textOf(source) })) };
};

/** `answer`: the body as it came. Whatever is not an answer of the API is one field named `answer`. */
export const contentIn = (answer: string): Content => {
  const versioned = sourceAt(answer, "data", "metadata", "version") === undefined ? undefined : "data";
  const found =
    contentOf(sourceAt(answer, "auth")) ??
    contentOf(versioned && sourceAt(answer, "data", versioned)) ??
    contentOf(sourceAt(answer, "data"));
  return found ?? { json: JSON.stringify({ answer }), fields: [{ name: "answer", value: answer }] };
};
