import { XMLParser, XMLValidator } from "fast-xml-parser";

/**
 * XML read as a tree, or not at all: one root from the first character on, no comments, no CDATA, no DOCTYPE, no
 * attributes but the root's namespace, and text or children, never both. The five built-in entities stay as written.
 * What is refused here could otherwise be read one way by us and another way by whoever wrote it.
 */

export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** Of a leaf, unchanged: blanks are not trimmed; digits and entities stay text. */
  readonly text: string;
}

const DECLARATION = /^<\?xml version="1\.0"(?: encoding="(?:UTF-8|utf-8)")?(?: standalone="(?:yes|no)")?\?>\s*/;
const FORBIDDEN = /<[!?]|&(?!(?:amp|lt|gt|quot|apos);)|\]\]>|\0/;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  trimValues: false,
});

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** White space between elements; text next to elements is refused, because it is a child without a name. */
const isLayout = (node: unknown): boolean =>
  isNode(node) && typeof node["#text"] === "string" && /^\s*$/.test(node["#text"]);

const nodeName = (node: Node): string | undefined => {
  const names = Object.keys(node).filter((key) => key !== ":@");
  return names.length === 1 ? names[0] : undefined;
};

const element = (node: unknown, depth: number): XmlElement | undefined => {
  if (!isNode(node) || depth > 16) return undefined;
  const name = nodeName(node);
  const content = name === undefined ? undefined : node[name];
  if (name === undefined || !Array.isArray(content) || (depth > 0 && node[":@"] !== undefined)) return undefined;
  const [first] = content;
  if (content.length === 1 && isNode(first) && typeof first["#text"] === "string")
    return { name, children: [], text: first["#text"] };
  const children: XmlElement[] = [];
  for (const child of content.filter((one) => !isLayout(one))) {
    const parsed = element(child, depth + 1);
    if (!parsed) return undefined;
    children.push(parsed);
  }
  return { name, children, text: "" };
};

/** The root element if it carries exactly this name and namespace; `undefined` for anything else. */
export const parseStrictXml = (text: string, root: string, namespace: string): XmlElement | undefined => {
  const body = text.trimEnd().replace(DECLARATION, "");
  if (!body.startsWith(`<${root}`) || FORBIDDEN.test(body) || XMLValidator.validate(body) !== true) return undefined;
  let nodes: unknown;
  try {
    nodes = parser.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(nodes) || nodes.length !== 1 || !isNode(nodes[0])) return undefined;
  const attributes = nodes[0][":@"];
  if (!isNode(attributes) || Object.keys(attributes).length !== 1 || attributes["@_xmlns"] !== namespace)
    return undefined;
  const parsed = element(nodes[0], 0);
  return parsed?.name === root ? parsed : undefined;
};

/** The child of that name if there is exactly one. */
export const only = (parent: XmlElement | undefined, name: string): XmlElement | undefined => {
  const found = parent?.children.filter((child) => child.name === name) ?? [];
  return found.length === 1 ? found[0] : undefined;
};
