import { z } from "zod";
import { invalidRequest } from "../../framework/index.ts";
import { isJsonObject } from "../../std/json.ts";

/**
 * Label selectors of namespaces, in JSON or YAML. A selector names labels and their values, and all of them must be
 * there.
 *
 * Security: what is not understood is refused when the role is written. Kubernetes ignores a misspelt `matchLabels`,
 * and a selector without labels selects every namespace.
 */

const MOST_CHARACTERS = 4096;

/** Source: Kubernetes, "Labels and Selectors", "Syntax and character set". */
const part = "[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?";
const KEY = new RegExp(`^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/)?${part}$`);
const VALUE = new RegExp(`^(?:${part})?$`);

export const labels = z.record(z.string().regex(KEY), z.string().regex(VALUE));
export type Labels = z.output<typeof labels>;

const selector = z.strictObject({
  matchLabels: labels.refine((wanted) => Object.keys(wanted).length > 0),
  matchExpressions: z.null().optional(),
});

const parsed = async (text: string): Promise<unknown> => {
  try {
    return JSON.parse(text);
  } catch {
    const { parseYaml } = await import("./yaml.ts");
    return parseYaml(text);
  }
};

/** The labels that a namespace must have. Throws `invalid_request`. */
export const parseSelector = async (text: string): Promise<Labels> => {
  const refuse = () => invalidRequest('invalid "bound_service_account_namespace_selector" configured');
  if (text.length > MOST_CHARACTERS) throw refuse();
  const value = await parsed(text).catch(() => undefined);
  const result = selector.safeParse(isJsonObject(value) ? value : undefined);
  if (!result.success) throw refuse();
  return result.data.matchLabels;
};

export const selects = (wanted: Labels, has: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(has, key) && has[key] === value);
