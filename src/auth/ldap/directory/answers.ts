import { utf8Text } from "../../../std/utf8.ts";
import { bodyOf, type Element, elementsOf, integerOf, Malformed } from "./ber.ts";

/**
 * What a directory answers, read strictly. `ldapts` writes our requests; its reader takes a result that is cut off for
 * success, and may never end on an entry that is cut off, so answers are read here. Source: RFC 4511, section 4.
 */

/** Of the answers' operations. */
export const BOUND = 0x61;
export const SEARCHED = 0x65;
export const EXTENDED = 0x78;
const ENTRY = 0x64;
const REFERENCE = 0x73;

const INTEGER = 0x02;
const TEXT = 0x04;
const ENUMERATED = 0x0a;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTROLS = 0xa0;
const PAGED = "1.2.840.113556.1.4.319";

/** An entry as far as it was asked for. Attributes by lower-case name, without options. */
export interface Entry {
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export type Answer =
  | { readonly kind: "entry"; readonly entry: Entry }
  /** To another directory: never followed. */
  | { readonly kind: "reference" }
  /** `cookie`: of the next page; empty for the last, and where pages were not asked for. */
  | { readonly kind: "result"; readonly operation: number; readonly code: number; readonly cookie: Buffer };

export interface Message {
  readonly id: number;
  readonly answer: Answer;
}

const NOTHING = Buffer.alloc(0);

const textIn = (element: Element | undefined): string => {
  const text = utf8Text(bodyOf(element, TEXT));
  if (text === undefined) throw new Malformed("a name is not text");
  return text;
};

const entryOf = (body: Buffer): Entry => {
  const [name, list] = elementsOf(body);
  const attributes = new Map<string, readonly Buffer[]>();
  for (const attribute of elementsOf(bodyOf(list, SEQUENCE))) {
    const [type, values] = elementsOf(bodyOf(attribute, SEQUENCE));
    attributes.set(
      textIn(type).toLowerCase(),
      elementsOf(bodyOf(values, SET)).map((value) => bodyOf(value, TEXT)),
    );
  }
  return { dn: textIn(name), attributes };
};

const cookieOf = (controls: Element | undefined): Buffer => {
  if (!controls) return NOTHING;
  for (const control of elementsOf(bodyOf(controls, CONTROLS))) {
    const parts = elementsOf(bodyOf(control, SEQUENCE));
    if (textIn(parts[0]) !== PAGED) continue;
    // Between them may be whether it is critical.
    const [page] = elementsOf(bodyOf(parts.at(-1), TEXT));
    const [, cookie] = elementsOf(bodyOf(page, SEQUENCE));
    return bodyOf(cookie, TEXT);
  }
  return NOTHING;
};

const resultOf = ({ tag, body }: Element, controls: Element | undefined): Answer => {
  const [code, matched, told] = elementsOf(body);
  // Both are there in every result. What they say is the directory's own and goes no further.
  bodyOf(matched, TEXT);
  bodyOf(told, TEXT);
  return { kind: "result", operation: tag, code: integerOf(code, ENUMERATED), cookie: cookieOf(controls) };
};

const answerOf = (operation: Element | undefined, controls: Element | undefined): Answer => {
  switch (operation?.tag) {
    case ENTRY:
      return { kind: "entry", entry: entryOf(operation.body) };
    case REFERENCE:
      return { kind: "reference" };
    case BOUND:
    case SEARCHED:
    case EXTENDED:
      return resultOf(operation, controls);
    default:
      throw new Malformed("an answer of a kind that nobody asked for");
  }
};

/** One whole message. Throws `Malformed`. */
export const readMessage = (bytes: Buffer): Message => {
  const [whole] = elementsOf(bytes);
  const [id, operation, controls] = elementsOf(bodyOf(whole, SEQUENCE));
  return { id: integerOf(id, INTEGER), answer: answerOf(operation, controls) };
};
