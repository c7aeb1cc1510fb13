/**
 * What is too heavy to be loaded by every agent: a template that does not name their functions costs none of it. They
 * are loaded before the template runs, because functions answer at once.
 */

export interface Libraries {
  readonly re2?: typeof import("re2js").RE2JS;
  readonly yaml?: typeof import("./formats/yaml-library.ts");
  readonly bcrypt?: typeof import("bcryptjs");
}

const REGEX = /\b(?:sprig_)?(?:mustRegex|regex)|\bsockaddr\b/;
const YAML = /\bparseYAML\b/;
const BCRYPT = /\bsprig_(?:bcrypt|htpasswd)\b/;

/** Those that the functions named in this template need. */
export const loadLibraries = async (template: string): Promise<Libraries> => {
  const [re2, yaml, bcrypt] = await Promise.all([
    REGEX.test(template) ? import("re2js") : undefined,
    YAML.test(template) ? import("./formats/yaml-library.ts") : undefined,
    BCRYPT.test(template) ? import("bcryptjs") : undefined,
  ]);
  return { ...(re2 && { re2: re2.RE2JS }), ...(yaml && { yaml }), ...(bcrypt && { bcrypt }) };
};
