/** Words of the table that says what somebody may do at a path. */
export const decisions = {
  ask: "Explain",
  label: "What may I do at",
  hint: "A path as vault kv get takes it, or as the API names it",
  missing: "Give a path.",
  table: (path: string) => `Decisions at ${path}`,
  allowed: "allowed",
  denied: "denied",
  operations: {
    create: "create",
    read: "read",
    update: "update",
    patch: "patch",
    delete: "delete",
    list: "list",
    scan: "list all below",
  },
  root: "A root token may do everything.",
  untold: "You may not read all of the policies in question, so the server does not say what they decide.",
  ownRules: "The server does not explain to you. This is by your own rules, without the names of policies.",
  summary: (can: readonly string[], cannot: readonly string[]) => {
    const may = can.length === 0 ? "Nothing" : can.join(", ");
    return cannot.length === 0 || can.length === 0 ? may : `${may} · not ${cannot.join(", ")}`;
  },
} as const;
