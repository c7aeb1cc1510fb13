/** What went wrong, as the function's log and its callers may read it. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "unknown error");
