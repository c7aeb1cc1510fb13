/** The parts of Go's layouts of times. Source: Go documentation, package time; its `format.go` for what goes first. */

export type Element =
  | "January"
  | "Jan"
  | "1"
  | "01"
  | "Monday"
  | "Mon"
  | "2"
  | "_2"
  | "02"
  | "__2"
  | "002"
  | "15"
  | "3"
  | "03"
  | "4"
  | "04"
  | "5"
  | "05"
  | "2006"
  | "06"
  | "PM"
  | "pm"
  | "MST";

export type Chunk =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "element"; readonly element: Element }
  /** `Z` at UTC; with colons; how far it goes. */
  | { readonly kind: "offset"; readonly z: boolean; readonly colons: boolean; readonly fields: 1 | 2 | 3 }
  /** `.000` keeps its zeros, `.999` does not. */
  | { readonly kind: "fraction"; readonly sign: string; readonly digits: number; readonly zeros: boolean };

const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|__2(?!006)|002|_2(?!006)|0[1-6]|15|2006|PM|pm|[12345]|([Z-])07(?:(:?)00(?:\2(00))?)?|[.,](?:0+|9+)(?!\d)/g;

const isElement = (text: string): text is Element => /^(?:[A-Za-z]+|_{0,2}\d+)$/.test(text);

const offset = (found: RegExpExecArray): Chunk => ({
  kind: "offset",
  z: found[1] === "Z",
  colons: found[2] === ":",
  fields: found[3] ? 3 : found[2] === undefined ? 1 : 2,
});

const chunkOf = (found: RegExpExecArray): Chunk => {
  const [text] = found;
  if (found[1]) return offset(found);
  if (text.startsWith(".") || text.startsWith(","))
    return { kind: "fraction", sign: text.slice(0, 1), digits: text.length - 1, zeros: text[1] === "0" };
  return isElement(text) ? { kind: "element", element: text } : { kind: "text", text };
};

export const chunksOf = (layout: string): readonly Chunk[] => {
  const chunks: Chunk[] = [];
  let at = 0;
  for (const found of layout.matchAll(ELEMENT)) {
    if (found.index > at) chunks.push({ kind: "text", text: layout.slice(at, found.index) });
    chunks.push(chunkOf(found));
    at = found.index + found[0].length;
  }
  if (at < layout.length) chunks.push({ kind: "text", text: layout.slice(at) });
  return chunks;
};
