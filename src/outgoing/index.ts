/**
 * Everything that dials: one guard decides which hosts may be reached, and every call has a deadline, a bound on the
 * answer's size and one text for all ways to fail. It trusts the operator's `Reach` and the name service's one answer;
 * it must never connect to an address it has not checked.
 */
export { bareHost } from "./addresses.ts";
export * from "./dial.ts";
export * from "./errors.ts";
export * from "./fetch.ts";
export { createGuard, type Guard, NEARBY, PUBLIC, type Reach, type Resolve, UNGUARDED } from "./guard.ts";
export * from "./judge.ts";
export * from "./shared-deadline.ts";
export * from "./sockets.ts";
export { type OutgoingFailure, type Watch, watched } from "./watch.ts";
