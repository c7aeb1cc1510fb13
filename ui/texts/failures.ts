/** Words for everything that can go wrong with a call. */

interface Wanted {
  readonly who: string;
  readonly mount: string;
  readonly entityId: string;
  readonly server: string;
  readonly operation: string;
  readonly path: string;
  readonly stanza: string | undefined;
}

const list = (names: readonly string[]): string => names.join(", ");

export const failures = {
  again: "Try again",
  /** Titles, one for each kind of failure. */
  titles: {
    denied: "You may not do this",
    ended: "Your session has ended",
    "not-found": "There is nothing here",
    invalid: "The server did not accept this",
    busy: "Too many requests",
    unavailable: "The server cannot answer now",
    sealed: "The server is sealed",
    network: "No answer from the server",
    gateway: "Something on the way did not pass this on",
  },
  denied: "The token used for this may not do it, or it has ended.",
  ended: "Sign in again to go on. What you have typed is kept.",
  notFound: (path: string) =>
    `There is nothing at ${path}. It may have been removed, or the name may be spelt differently.`,
  parent: (path: string) => (path === "" ? "Go to the start" : `Go to ${path}`),
  invalid: "The request was refused without a reason.",
  busy: "The server limits how often it is asked.",
  unavailable: "This is not about you or your rights. It is usually brief.",
  sealed: "An operator has locked all of its data away. Nothing can be read until it is unsealed.",
  network: "The connection is gone, or the server is. Everything on this page is kept.",
  gateway: (status: number) =>
    `A gateway between this page and the server answered instead (${status}). Everything on this page is kept.`,
  wait: (seconds: number) => `You can try again in ${seconds} s.`,
  waitRead: (seconds: number) => `Trying again in ${seconds} s.`,
} as const;

export const denial = {
  /** Before the path. */
  operations: {
    create: "create",
    read: "read",
    update: "write",
    patch: "patch",
    delete: "delete",
    list: "list",
    scan: "list all below",
  },
  noRule: "None of your policies has a rule for this path.",
  noRuleOf: "No policy has a rule for this path.",
  hidden:
    "You may not read all of the policies that count here, so it is not shown which rule decided, or whether any did.",
  incomplete: "You may not read some of your own policies. Their rules are left out here.",
  allowedNow:
    "By your policies this is allowed. They may just have changed, or a field had a value that is not allowed.",
  allowedButRefused: "By your policies this is allowed, so the refusal came from the engine itself.",
  rule: "The rule",
  yourRule: "Your rule",
  of: "of policy",
  line: (line: number) => `line ${line}`,
  and: ", and of policy",
  forbids: "forbids everything at this path.",
  allows: (capabilities: readonly string[]) =>
    capabilities.length === 0 ? "allows nothing." : `allows ${list(capabilities)}.`,
  reasons: {
    wrapping_required: "wants the answer wrapped.",
    wrapping_too_long: "wants the answer wrapped for a shorter time.",
    wrapping_too_short: "wants the answer wrapped for a longer time.",
    wrapping_impossible: "sets limits for wrapping that no request can meet.",
    sudo_missing: "lacks sudo, which this path needs.",
  },
  parameters: {
    parameter_required: (name: string) => `wants the field ${name}.`,
    parameter_denied: (name: string) => `forbids the field ${name}, or its value.`,
    parameter_not_allowed: (name: string) => `does not allow the field ${name}, or its value.`,
  },
  unreachable:
    "No mount that you can reach serves this path. There may be none: the server does not tell which. If somebody told you of it, ask them for access. In a mount of version 1, rules are without data/ and metadata/.",
  nearest: "Your own rules nearest to this path",
  allowsOnly: (capabilities: readonly string[]) =>
    capabilities.length === 0 ? "allows nothing." : `allows only ${list(capabilities)}.`,
  denies: "nothing",
  helps: "What would allow it",
  copy: "Copy a request for access",
  noStanza:
    "No rule can be added that would help: one for exactly this path forbids it, or no rule can name this path.",
  stanzaLabel: "Policy stanza",
  requestName: "the request for access",
  /** What is sent to whoever grants access. It holds names and no value. */
  request: ({ who, mount, entityId, server, operation, path, stanza }: Wanted): string =>
    [
      "Request for access",
      "",
      `Who:        ${who}${mount === "" ? "" : ` (${mount})`}`,
      ...(entityId === "" ? [] : [`Entity:     ${entityId}`]),
      `Server:     ${server}`,
      `Operation:  ${operation}`,
      `Path:       ${path}`,
      "",
      ...(stanza === undefined ? [] : ["A rule that would allow it:", "", stanza]),
    ].join("\n"),
} as const;
