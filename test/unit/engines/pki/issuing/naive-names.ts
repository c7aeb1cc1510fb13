import { isIP } from "node:net";

/**
 * What a role allows, said a second time and without a look at the product: over lists of labels, a name at a time, as
 * slow as it likes. The product is held to exactly this.
 */
export interface NaiveRole {
  readonly domains: readonly string[];
  readonly bare: boolean;
  readonly sub: boolean;
  readonly glob: boolean;
  readonly wildcards: boolean;
  readonly any: boolean;
  readonly hosts: boolean;
  readonly localhost: boolean;
  readonly addresses: boolean;
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const plainLabel = (label: string): boolean => {
  if (label.length === 0 || label.length > 63) return false;
  for (const char of label) if (!letters.includes(char) && char !== "-") return false;
  return label[0] !== "-" && label[label.length - 1] !== "-";
};

const hostLabels = (labels: readonly string[]): boolean => {
  const own = labels.length > 1 && labels[labels.length - 1] === "" ? labels.slice(0, -1) : labels;
  return own.length > 0 && own.every(plainLabel) && own.join(".").length <= 253;
};

const fold = (text: string): string => {
  let out = "";
  for (const char of text) out += char >= "A" && char <= "Z" ? String.fromCharCode(char.charCodeAt(0) + 32) : char;
  return out;
};

const globs = (pattern: string, text: string): boolean => {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") {
    for (let from = 0; from <= text.length; from++) if (globs(pattern.slice(1), text.slice(from))) return true;
    return false;
  }
  return text[0] === pattern[0] && text !== "" && globs(pattern.slice(1), text.slice(1));
};

const below = (labels: readonly string[], domain: readonly string[]): boolean =>
  labels.length > domain.length && labels.slice(labels.length - domain.length).join(".") === domain.join(".");

/** Of names in ASCII without `xn--`. */
export const naiveAllows = (name: string, role: NaiveRole): boolean => {
  for (const char of name) if (char.charCodeAt(0) < 32 || char.charCodeAt(0) === 127) return false;
  const at = name.split("@");
  if (name === "" || at.length > 2) return false;
  const host = at[at.length - 1] ?? "";
  const labels = host.split(".");
  const stars = [...host].filter((char) => char === "*").length;
  if (stars > 0) {
    if (at.length === 2 || stars > 1 || !(labels[0] ?? "").includes("*") || !role.wildcards) return false;
  }
  const rest = stars > 0 ? labels.slice(1) : labels;
  if (role.hosts) {
    if (stars > 0) {
      const parts = (labels[0] ?? "").split("*");
      if (!parts.every((part) => part === "" || plainLabel(part)) || (labels[0] ?? "").length > 63) return false;
      if (rest.length > 0 && rest.join(".") !== "" && !hostLabels(rest)) return false;
    } else if (!hostLabels(labels)) return false;
  }
  // What is behind a wildcard is not a name where it is an address.
  const bare = rest.join(".");
  if (!role.addresses && isIP(bare.endsWith(".") ? bare.slice(0, -1) : bare) !== 0) return false;
  if (role.any) return true;
  const bases = [...(role.localhost ? ["localhost", "localdomain"] : [])];
  for (const base of bases) {
    if (stars === 0 && rest.join(".") === base) return true;
    if (role.sub && (below(rest, [base]) || (stars > 0 && fold(rest.join(".")) === base))) return true;
  }
  for (const domain of role.domains) {
    if (domain === "") continue;
    if (role.bare && (fold(name) === fold(domain) || (at.length === 2 && fold(host) === fold(domain)))) return true;
    if (role.sub && (below(rest, domain.split(".")) || (stars > 0 && fold(rest.join(".")) === fold(domain))))
      return true;
    if (role.glob && domain.includes("*") && globs(domain, name)) return true;
  }
  return false;
};
