import { PolicyError } from "./errors.ts";

/**
 * Identity templates in path patterns: `kv/data/{{identity.entity.name}}/*`.
 *
 * Security: a value comes from anyone who may write identity metadata or choose an alias name. It fills a part of
 * one segment and can never add a segment, a wildcard or a dot segment: a value that could is treated as missing, and
 * a stanza with a missing value is dropped, so rendering fails closed (CVE-2026-5006, CVE-2026-71543). Rendered text
 * is not looked at again, so a value cannot smuggle in another expression.
 *
 * Source: https://developer.hashicorp.com/vault/docs/concepts/policies#templated-policies
 */

export interface TemplateAlias {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly customMetadata: Readonly<Record<string, string>>;
}
export interface TemplateEntity {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** By mount accessor. */
  readonly aliases: Readonly<Record<string, TemplateAlias>>;
}
export interface TemplateGroup {
  readonly id: string;
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
}
/** What a token's identity offers to templates; groups are those the entity is a member of, inherited ones included. */
export interface TemplateContext {
  readonly entity?: TemplateEntity;
  readonly groups: readonly TemplateGroup[];
}

/** Splits a text at its expressions: text, expression, text, ... `undefined` for unbalanced braces. */
export const templateParts = (text: string): readonly string[] | undefined => {
  const [first = "", ...rest] = text.split("{{");
  const parts = rest.map((part) => part.split("}}"));
  if (first.includes("}}") || parts.some((part) => part.length !== 2)) return undefined;
  return [first, ...parts.flat()];
};

/** Throws `PolicyError` for unbalanced braces. */
const split = (pattern: string): readonly string[] => {
  const parts = templateParts(pattern);
  if (parts) return parts;
  throw new PolicyError("failed to validate policy templating: unbalanced templating characters");
};

/** Whether a pattern holds an expression. An unknown expression is fine here: it drops the stanza when used. */
export const isTemplated = (pattern: string): boolean => split(pattern).length > 1;

const at = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** `a.b.c` to `a` and `b.c`. */
const head = (text: string): [string, string] => {
  const dot = text.indexOf(".");
  return dot < 0 ? [text, ""] : [text.slice(0, dot), text.slice(dot + 1)];
};

const aliasValue = (alias: TemplateAlias | undefined, selector: string): string | undefined => {
  if (alias === undefined) return undefined;
  if (selector === "id" || selector === "name") return alias[selector];
  const [field, key] = head(selector);
  if (field === "metadata") return at(alias.metadata, key);
  return field === "custom_metadata" ? at(alias.customMetadata, key) : undefined;
};

const entityValue = (entity: TemplateEntity | undefined, selector: string): string | undefined => {
  if (entity === undefined) return undefined;
  if (selector === "id" || selector === "name") return entity[selector];
  const [field, rest] = head(selector);
  if (field === "metadata") return at(entity.metadata, rest);
  if (field !== "aliases") return undefined;
  const [accessor, alias] = head(rest);
  return aliasValue(at(entity.aliases, accessor), alias);
};

const groupValue = (groups: readonly TemplateGroup[], selector: string): string | undefined => {
  const [by, rest] = head(selector);
  const [wanted, field] = head(rest);
  if (by !== "ids" && by !== "names") return undefined;
  const group = groups.find((candidate) => (by === "ids" ? candidate.id : candidate.name) === wanted);
  if (group === undefined) return undefined;
  if (field === "id" || field === "name") return group[field];
  const [kind, key] = head(field);
  return kind === "metadata" ? at(group.metadata, key) : undefined;
};

const expressionValue = (expression: string, context: TemplateContext): string | undefined => {
  if (expression.startsWith("identity.entity.")) return entityValue(context.entity, expression.slice(16));
  if (expression.startsWith("identity.groups.")) return groupValue(context.groups, expression.slice(16));
  return undefined;
};

/** A text with its directives filled in, or why it cannot be, in Vault's words. */
export type FilledText = { readonly text: string } | { readonly failed: string };

const NOT_FOUND: FilledText = { failed: "no value could be found for one of the template directives" };

/**
 * Fills the directives of a text that is not a path (a user's name, an option's value). `accepts` judges each value: one
 * it does not accept counts as missing, so that who may write metadata cannot add to a list. Fails closed, and as a
 * whole.
 * Source: Vault `sdk/helper/identitytpl`, whose texts these are.
 */
export const fillText = (
  text: string,
  context: TemplateContext | undefined,
  accepts: (value: string) => boolean,
): FilledText => {
  let filled = "";
  const parts = templateParts(text);
  if (!parts) return { failed: "unbalanced templating characters" };
  for (const [index, part] of parts.entries()) {
    const value = index % 2 === 0 ? part : context && expressionValue(part.trim(), context);
    if (value === undefined || (index % 2 === 1 && (value === "" || !accepts(value)))) return NOT_FOUND;
    filled += value;
  }
  return { text: filled };
};

// Separators and wildcards, plain or percent-encoded, dot segments, and what no request path may hold.
const UNSAFE = /[/*+\\]|%2[abef]|%5c|^\.{1,2}$|^$|\p{C}/iu;

/** The pattern with its values filled in, or `undefined` where the stanza must be dropped. */
export const renderTemplate = (pattern: string, context: TemplateContext | undefined): string | undefined => {
  if (context === undefined) return undefined;
  let rendered = "";
  for (const [index, part] of split(pattern).entries()) {
    const value = index % 2 === 0 ? part : expressionValue(part.trim(), context);
    if (value === undefined || (index % 2 === 1 && UNSAFE.test(value))) return undefined;
    rendered += value;
  }
  return rendered;
};
