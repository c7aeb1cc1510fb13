import { parse } from "yaml";

/**
 * One YAML document as a value. Throws for anything else. Loaded when it is needed: few selectors are YAML. Aliases are
 * refused, since they let a short text become a huge one.
 */
export const parseYaml = (text: string): unknown => parse(text, { maxAliasCount: 0, logLevel: "error" });
