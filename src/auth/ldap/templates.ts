import { parseTemplate, strictPrintf, type Template, TemplateError, unrunnable } from "../../go-template/index.ts";

/**
 * Filters as operators write them: Go templates over the user's name, its attribute and its distinguished name.
 *
 * Security: every value is escaped before a template sees it, and in full: apart from letters, digits, spaces and a few
 * signs nothing of it is left as it is. So a value is one value wherever the template puts it, and never a wildcard.
 * What Go prints where a template is wrong has brackets of its own (`%!s(MISSING)`), or matches nobody and so, within a
 * `!`, everybody (`<no value>`): a template that makes it fails.
 */

const BOUNDS = { source: 4096, text: 16_384, output: 32_768, steps: 2000, depth: 50 };

/** ASCII that means nothing in a filter, wherever it stands. */
const PLAIN = /^[\w .@-]$/;

/** A value as it is written into a filter. Source: RFC 4515, section 3. */
export const escapeFilterValue = (value: string): string =>
  [...value]
    .map((letter) =>
      letter > "\u007f" || PLAIN.test(letter) ? letter : `\\${letter.charCodeAt(0).toString(16).padStart(2, "0")}`,
    )
    .join("");

/** What Go prints for nothing; no value has these signs, because `<` is escaped. */
const NOTHING = /<no value>|<nil>/;

const parse = (source: string): Template =>
  parseTemplate(source, { functions: { printf: strictPrintf }, bounds: BOUNDS, missing: "error" });

/** The message for people of a template that cannot be read; `undefined`: it can. */
export const templateProblem = (source: string): string | undefined => {
  try {
    parse(source);
    return undefined;
  } catch (cause) {
    if (cause instanceof TemplateError) return cause.message;
    throw cause;
  }
};

/** Fills a template with values, which it escapes. Throws `TemplateError`. */
export const fillFilter = (source: string, values: Readonly<Record<string, string>>): string => {
  const escaped = Object.entries(values).map(([name, value]) => [name, escapeFilterValue(value)] as const);
  const filter = parse(source).render(new Map(escaped));
  return NOTHING.test(filter) ? unrunnable("it has nothing where a value belongs") : filter;
};
