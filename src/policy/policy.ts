import type { JsonValue } from "../std/json.ts";

/** The nouns of the folder: what a parsed policy is. All values are immutable once made. */

/** Each capability is one bit, so that a rule's capabilities are one number. */
export const CAPABILITY_BITS = {
  deny: 1,
  create: 2,
  read: 4,
  update: 8,
  delete: 16,
  list: 32,
  sudo: 64,
  patch: 128,
  subscribe: 256,
  recover: 512,
  scan: 1024,
} as const;
export type Capability = keyof typeof CAPABILITY_BITS;

export const isCapability = (name: string): name is Capability => Object.hasOwn(CAPABILITY_BITS, name);

const ALPHABETICAL = Object.entries(CAPABILITY_BITS).sort(([a], [b]) => (a < b ? -1 : 1));

/** The names of the bits, in alphabetical order. */
export const capabilityNames = (bits: number): string[] =>
  ALPHABETICAL.filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);

/** Parameter name, in lower case, to the values listed; an empty list means any value. */
export type ParameterLists = ReadonlyMap<string, readonly JsonValue[]>;

/** What one stanza says about requests besides its capabilities. */
export interface Constraints {
  /** Seconds; 0 for no limit. A limit below one second is a fraction. */
  readonly minWrappingTtl: number;
  readonly maxWrappingTtl: number;
  /** Absent: nothing said. Empty: said, and empty; both restrict nothing. */
  readonly allowed?: ParameterLists;
  readonly denied?: ParameterLists;
  readonly required: readonly string[];
}

export const NO_CONSTRAINTS: Constraints = { minWrappingTtl: 0, maxWrappingTtl: 0, required: [] };

/** One `path` block as written. */
export interface Stanza {
  /** Without the one leading slash; templates not yet filled in. */
  readonly pattern: string;
  readonly templated: boolean;
  readonly line: number;
  readonly capabilities: number;
  readonly constraints: Constraints;
}

export interface Policy {
  readonly name: string;
  /** As written, for reading back. */
  readonly text: string;
  readonly stanzas: readonly Stanza[];
  /** Some stanza depends on the identity, so a compiled ACL serves that identity alone. */
  readonly templated: boolean;
  /** True for the built-in `root` alone: no text can make a policy root. */
  readonly root: boolean;
}

/** The place a rule comes from. */
export interface RuleSource {
  readonly name: string;
  readonly line: number;
}
