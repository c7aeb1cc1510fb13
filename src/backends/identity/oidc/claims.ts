import { invalidRequest } from "../../../framework/index.ts";
import { type TemplateAlias, type TemplateContext, templateParts } from "../../../policy/index.ts";
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from "../../../std/json.ts";
import { restate } from "../../../std/restate.ts";
import { shown } from "../../../std/shown.ts";
import { DurationError, parseDuration } from "../../../std/time.ts";

/**
 * Templates of claims: JSON in which `{{identity.entity.…}}` and `{{time.…}}` take the place of values. It trusts nobody
 * who chooses names or metadata of an entity or a group.
 *
 * Security: a template is parsed into a tree before any value is known, and values are put into the tree, never into
 * text. So no value can add a claim, rename one or end a text early, and what a template makes has always its own
 * members. A directive may only be a value: in a name or inside a text it is refused when the template is written.
 */

/** Whom claims are about, and when. */
export interface Subject extends TemplateContext {
  /** Epoch seconds. */
  readonly now: number;
}

type Directive = (subject: Subject) => JsonValue;

type Node =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "place"; readonly directive: Directive }
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Node])[] };

export interface Claims {
  /** The names of the claims that it makes, always the same. */
  readonly names: readonly string[];
  readonly fill: (subject: Subject) => JsonObject;
}

/** Claims that a token has of its own. Source: Vault documentation, "identity tokens". */
export const RESERVED: readonly string[] = [
  "iat",
  "aud",
  "exp",
  "iss",
  "sub",
  "namespace",
  "nonce",
  "auth_time",
  "at_hash",
  "c_hash",
];

const MAX_CHARACTERS = 65_536;
const MAX_DEPTH = 50;

const badTemplate = (why: string): Error => invalidRequest(`error parsing template: ${why}`);
const badJson = (why: string): Error => invalidRequest(`error parsing template JSON: ${why}`);

const UNKNOWN = "no value could be found for one of the template directives";

/** `a.b.c` to `a` and `b.c`. */
const halves = (text: string): readonly [string, string | undefined] => {
  const dot = text.indexOf(".");
  return dot < 0 ? [text, undefined] : [text.slice(0, dot), text.slice(dot + 1)];
};

const valueAt = (record: Readonly<Record<string, string>> | undefined, key: string): string =>
  record !== undefined && Object.hasOwn(record, key) ? (record[key] ?? "") : "";

const aliasDirective = (accessor: string, rest: string): Directive => {
  const of = (read: (alias: TemplateAlias | undefined) => JsonValue): Directive => {
    return ({ entity }) =>
      read(entity && Object.hasOwn(entity.aliases, accessor) ? entity.aliases[accessor] : undefined);
  };
  if (rest === "id" || rest === "name") return of((alias) => alias?.[rest] ?? "");
  if (rest === "metadata") return of((alias) => alias?.metadata ?? {});
  if (rest === "custom_metadata") return of((alias) => alias?.customMetadata ?? {});
  const [field, key] = halves(rest);
  if (key !== undefined && field === "metadata") return of((alias) => valueAt(alias?.metadata, key));
  if (key !== undefined && field === "custom_metadata") return of((alias) => valueAt(alias?.customMetadata, key));
  throw badTemplate(UNKNOWN);
};

const entityDirective = (selector: string): Directive => {
  if (selector === "id" || selector === "name") return ({ entity }) => entity?.[selector] ?? "";
  if (selector === "metadata") return ({ entity }) => entity?.metadata ?? {};
  if (selector === "groups.names") return ({ groups }) => groups.map(({ name }) => name);
  if (selector === "groups.ids") return ({ groups }) => groups.map(({ id }) => id);
  const [field, rest] = halves(selector);
  if (rest !== undefined && field === "metadata") return ({ entity }) => valueAt(entity?.metadata, rest);
  if (rest === undefined || field !== "aliases") throw badTemplate(UNKNOWN);
  const [accessor, alias] = halves(rest);
  if (alias === undefined) throw badTemplate("invalid alias selector");
  return aliasDirective(accessor, alias);
};

const timeDirective = (selector: string): Directive => {
  const [what, rest] = halves(selector);
  if (what !== "now") throw badTemplate(`invalid time selector ${shown(what)}`);
  if (rest === undefined) return ({ now }) => now;
  const [operator, operand] = halves(rest);
  if (operand === undefined) throw badTemplate("missing time operand");
  const by = restate(
    DurationError,
    ({ message }) => badTemplate(`invalid duration: ${message}`),
    () => parseDuration(operand),
  );
  if (operator === "plus") return ({ now }) => now + by;
  if (operator === "minus") return ({ now }) => now - by;
  throw badTemplate(`invalid time operator ${shown(operator)}`);
};

const directiveOf = (text: string): Directive => {
  if (text.startsWith("identity.entity.")) return entityDirective(text.slice("identity.entity.".length));
  if (text.startsWith("identity.groups.")) {
    throw badTemplate("string contains groups template directives but no groups were provided");
  }
  if (text.startsWith("time.")) return timeDirective(text.slice("time.".length));
  throw badTemplate(UNKNOWN);
};

/** The tree of a template whose directives were replaced by texts, and how many of those were met as values. */
const treeOf = (json: JsonValue, places: ReadonlyMap<string, Directive>) => {
  let met = 0;
  const node = (value: JsonValue, depth: number): Node => {
    if (depth > MAX_DEPTH) throw badJson("exceeded max depth");
    if (typeof value === "string") {
      const directive = places.get(value);
      if (!directive) return { kind: "value", value };
      met += 1;
      return { kind: "place", directive };
    }
    if (Array.isArray(value)) return { kind: "list", items: value.map((item: JsonValue) => node(item, depth + 1)) };
    if (!isJsonObject(value)) return { kind: "value", value };
    return {
      kind: "object",
      members: Object.entries(value).map(([name, member]) => {
        if (places.has(name)) throw badJson("a directive may be a value, and not the name of one");
        return [name, node(member, depth + 1)] as const;
      }),
    };
  };
  return { tree: node(json, 0), met: () => met };
};

const filledIn = (node: Node, subject: Subject): JsonValue => {
  switch (node.kind) {
    case "value":
      return node.value;
    case "place":
      return node.directive(subject);
    case "list":
      return node.items.map((item) => filledIn(item, subject));
    case "object":
      return Object.fromEntries(node.members.map(([name, member]) => [name, filledIn(member, subject)]));
  }
};

const json = (text: string): JsonValue => {
  try {
    return parseJson(text);
  } catch (cause) {
    throw invalidRequest("error parsing template JSON: it is not JSON once its directives are filled", { cause });
  }
};

/** The tree under a mark that the template's own texts do not bear: then each directive is met exactly once. */
const marked = (parts: readonly string[], directives: readonly Directive[]): Node => {
  for (let salt = 0; ; salt += 1) {
    const places = new Map(directives.map((directive, index) => [`d${salt}-${index}`, directive]));
    const text = parts.map((part, index) => (index % 2 === 0 ? part : `"d${salt}-${(index - 1) / 2}"`)).join("");
    const { tree, met } = treeOf(json(text), places);
    if (met() === directives.length) return tree;
    // A member named twice hides a directive; no mark mends that.
    if (met() < directives.length) throw badJson("a member is named twice");
  }
};

const NOTHING: Claims = { names: [], fill: () => ({}) };

/** Reads a template. Throws `invalid_request`, with Vault's text where it has one. */
export const parseClaims = (template: string): Claims => {
  if (template === "") return NOTHING;
  if (template.length > MAX_CHARACTERS) throw badTemplate(`it is longer than ${MAX_CHARACTERS} characters`);
  const parts = templateParts(template);
  if (!parts) throw badTemplate("unbalanced templating characters");
  const tree = marked(
    parts,
    parts.filter((_, index) => index % 2 === 1).map((text) => directiveOf(text.trim())),
  );
  if (tree.kind !== "object") throw badJson("it is not an object");
  const names = tree.members.map(([name]) => name);
  const reserved = names.find((name) => RESERVED.includes(name));
  if (reserved !== undefined) {
    throw invalidRequest(`top level key ${shown(reserved)} not allowed. Restricted keys: ${RESERVED.join(", ")}`);
  }
  return {
    names,
    fill: (subject) => Object.fromEntries(tree.members.map(([name, member]) => [name, filledIn(member, subject)])),
  };
};
