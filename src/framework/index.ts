export type {
  Backend,
  BackendContext,
  Caller,
  Captures,
  CrashPoint,
  MountInfo,
  Op,
  Operation,
  Path,
  Renew,
  Request,
  Revoke,
} from "./backend.ts";
export { defineBackend, op, path } from "./backend.ts";
export type { ErrorCode, VaultErrorOptions } from "./errors.ts";
export { invalidRequest, notFound, permissionDenied, VaultError } from "./errors.ts";
export * as field from "./fields.ts";
export type {
  IssuedAuth,
  LeaseGrant,
  LeaseType,
  LoginGrant,
  LoginRenewal,
  PendingLease,
  Reply,
  TokenParams,
} from "./reply.ts";
