import type { Mutant } from "./operators.ts";

/** Changes that no test can notice, because the product does the same with them; each with its reason. */

interface Equivalent {
  readonly file: string;
  /** The line before the change, without the white space around it. */
  readonly code: string;
  readonly from: string;
  readonly reason: string;
}

export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: "src/core/identity/merge.ts",
    code: "if (entity.aliases.length <= ALIASES_ALONG) return false;",
    from: "<=",
    reason: "as many aliases as fit are moved in the merge's transaction or in one before it: the same aliases move",
  },
  {
    file: "src/core/identity/merge.ts",
    code: "if (entity.memberships.length > MEMBERSHIPS_ALONG) {",
    from: ">",
    reason: "as many memberships as fit are moved in the merge's transaction or in one before it: the same ones move",
  },
  {
    file: "src/policy/built-in.ts",
    code: 'const ROOT: Policy = Object.freeze({ name: "root", text: "", stanzas: [], templated: false, root: true });',
    from: "false",
    reason: "it has no stanza to fill in: an ACL with it is only remembered for one entity instead of for all",
  },
];

export const equivalentOf = ({ file, code, from }: Mutant): Equivalent | undefined =>
  EQUIVALENTS.find((one) => one.file === file && one.code === code && one.from === from);
