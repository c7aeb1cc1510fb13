import { many } from "./many.ts";

/** Words of policies: the list, the editor, trying a draft. */

export const policies = {
  title: "Policies",
  intro:
    "A policy is a named list of paths and what may be done at them. A token may do what its policies allow together.",
  filter: "Filter",
  list: "Policies",
  found: (count: number) => many(count, "policy", "policies"),
  none: "No policy has these letters.",
  create: "New policy",
  builtIn: "built in",
  name: "Name",
  nameHint: "Lower case. It cannot be changed later.",
  nameTaken: "There is a policy of this name already.",

  text: "Policy",
  textHint: "HCL or JSON",
  line: (line: number, text: string) => `Line ${line}: ${text}`,
  starter: `# What may be done, and where.
path "secret/data/team-a/*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "secret/metadata/team-a/*" {
  capabilities = ["read", "list", "delete"]
}
`,
  rootText: "The root policy allows everything. It has no text, and a token has it alone.",
  rules: (count: number) => (count === 0 ? "It has no rule, so it allows nothing." : many(count, "rule", "rules")),

  save: "Save",
  saved: (name: string) => `Saved policy ${name}`,
  compare: "Compare with what is saved",
  compareTitle: "What you changed",
  close: "Close",
  discard: "Discard changes",
  remove: "Delete",
  removeTitle: (name: string) => `Delete policy ${name}?`,
  removeText: "Tokens and roles that have it keep its name, and are allowed nothing by it. This cannot be undone.",
  removed: (name: string) => `Deleted policy ${name}`,
  restored: "These are unsaved changes from before, kept in the memory of this tab.",

  conflict: "Somebody else saved this policy while you were writing. Nothing was overwritten.",
  conflictDeleted: "Somebody else deleted this policy while you were writing. Keeping yours makes it again.",
  conflictTheirs: "Take theirs",
  conflictMine: "Keep mine",
  conflictShow: "What differs: removed is theirs, added is mine",

  ownTitle: "This takes away your own right to this policy",
  ownText: (name: string) =>
    `Policy ${name} is one of yours. With this text you may no longer change it, and somebody else will have to.`,
  ownSave: "Save it anyway",

  try: "Try a request",
  tryIntro: "Decided here, by the server's own code, before anything is saved.",
  operation: "Operation",
  path: "Path",
  pathHint: "As the API names it: secret/data/team-a/db",
  with: "Together with",
  withHint: "Names of saved policies, separated by commas",
  unreadable: (names: readonly string[]) => `Left out, because you may not read it: ${names.join(", ")}.`,
  templated: "Rules with {{…}} depend on who asks. They are left out here.",
  asSaved: "With the saved text",
  asDraft: "With this draft",
  asNew: "Without it",
  allowed: "allowed",
  denied: "denied",
  byRule: (pattern: string, sources: string) => `by ${pattern} (${sources})`,
  source: (name: string, line: number) => `${name}, line ${line}`,
  draftName: (name: string) => (name === "" ? "this draft" : name),
  reasons: {
    root: "root",
    help: "help",
    granted: "granted",
    no_rule: "no rule",
    explicit_deny: "forbidden",
    capability_missing: "not among its capabilities",
    sudo_missing: "it lacks sudo",
    wrapping_required: "the answer must be wrapped",
    wrapping_too_long: "wrapped for too long",
    wrapping_too_short: "wrapped for too short a time",
    wrapping_impossible: "no wrapping would fit",
    parameter_required: "a field is missing",
    parameter_denied: "a field is forbidden",
    parameter_not_allowed: "a field is not allowed",
  },
  addStanza: "Add this stanza to the draft",
  wouldHelp: "What would allow it",

  holders: "Who has it",
  holdersAsk: "Look it up",
  holdersHint: "Looks through groups, people and the roles of sign-in methods that you may read.",
  holdersNone: "Nobody that you may see has it.",
  holdersGroup: "group",
  holdersPerson: "person",
  holdersLimit: (count: number) => `Only the first ${count} of each kind were looked at.`,
} as const;
