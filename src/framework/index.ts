export type { AnswerForm, Answers, AuthBlock, Given, ReplyOf } from "./answers.ts";
export { AnyObject, done, foundKeys, Keys, TIDY_RUNNING, TIDY_STARTED } from "./answers.ts";
export type {
  AnyOp,
  AnyPath,
  Backend,
  BackendContext,
  Caller,
  Captures,
  CaptureText,
  CrashPoint,
  FoldedCapture,
  MountInfo,
  Op,
  Operation,
  Path,
  Renew,
  Request,
  Revoke,
} from "./backend.ts";
export { defineBackend, folded, op, path } from "./backend.ts";
export type { Canonical, Folds, FoldTable } from "./captures.ts";
export { canonicalIn, compileFolds, foldsOf } from "./captures.ts";
export type { Challenge, ChallengeFailure, ChallengeKind, ChallengeState, Challenges } from "./challenges.ts";
export { CHALLENGE_KINDS } from "./challenges.ts";
export type { ErrorCode, VaultErrorOptions } from "./errors.ts";
export { invalidRequest, multiError, notFound, permissionDenied, VaultError } from "./errors.ts";
export * as field from "./fields.ts";
export type { Help } from "./help.ts";
export { PageInput, pageFields, pageOf } from "./paging.ts";
export type { ParsedInput } from "./parse.ts";
export type { ReferencePage } from "./reference.ts";
export type {
  AnswerHeader,
  CoreReply,
  DataReply,
  EmptyReply,
  IssuedAuth,
  LeaseGrant,
  LeaseType,
  LoginGrant,
  LoginRenewal,
  Once,
  PendingLease,
  Reply,
  TokenParams,
} from "./reply.ts";
export type { RouteMatch, Routes } from "./route.ts";
export { compileRoutes } from "./route.ts";
export { GENERIC_NAME } from "./template.ts";
