import type { Action, Endpoint } from "./spec.ts";

/** Where in the tree of paths one is. */

/** A mount, or a part of `sys/`, with how many paths it has. */
export interface Group {
  readonly prefix: string;
  readonly count: number;
}

/** The mount that serves a path, of those given, or its first segment. */
const prefixOf = (template: string, mounts: readonly string[]): string =>
  mounts.filter((mount) => template.startsWith(mount)).sort((one, other) => other.length - one.length)[0] ??
  `${template.split("/", 1)[0]}/`;

export const groupsOf = (endpoints: readonly Endpoint[], mounts: readonly string[]): readonly Group[] => {
  const counts = new Map<string, Set<string>>();
  for (const { template } of endpoints) {
    const prefix = prefixOf(template, mounts);
    counts.set(prefix, (counts.get(prefix) ?? new Set()).add(template));
  }
  return [...counts].map(([prefix, templates]) => ({ prefix, count: templates.size }));
};

/** All words, in any order, in path or summary. */
export const matching = (endpoints: readonly Endpoint[], words: string): readonly Endpoint[] => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return endpoints.filter(({ template, summary }) => {
    const text = `${template} ${summary}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
};

const pattern = (template: string): RegExp =>
  new RegExp(
    `^${template
      .split(/(\{[^}]*\})/)
      .map((part) => (part.startsWith("{") ? "(.+)" : part.replace(/[.*+?^$()[\]\\|]/g, "\\$&")))
      .join("")}$`,
  );

export interface Found {
  readonly endpoint: Endpoint;
  /** Captures that a path as one would call it has filled already. */
  readonly captured: Readonly<Record<string, string>>;
}

/** The form for a template, or for a path that matches one; of several, the one with the least captured. */
export const findEndpoint = (
  endpoints: readonly Endpoint[],
  path: string,
  action: Action | undefined,
): Found | undefined => {
  const among = endpoints.filter((endpoint) => action === undefined || endpoint.action === action);
  const exact = among.find(({ template }) => template === path);
  if (exact) return { endpoint: exact, captured: {} };
  const found = among.flatMap((endpoint) => {
    const values = pattern(endpoint.template).exec(path)?.slice(1);
    const names = endpoint.template.match(/(?<=\{)[^}]*(?=\})/g) ?? [];
    return values
      ? [{ endpoint, captured: Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""])) }]
      : [];
  });
  const lengthOf = ({ captured }: Found): number => Object.values(captured).join("").length;
  return found.sort((one, other) => lengthOf(one) - lengthOf(other))[0];
};
