import { type BackendContext, permissionDenied } from "../../framework/index.ts";
import { type Decision, decide } from "../../policy/index.ts";
import type { Core } from "../core.ts";
import { canonicalPath } from "./canonical.ts";
import { callerOf, ownRequest } from "./context.ts";

/**
 * The rights to what a body names. The guard decides on the path that was requested; a field of the body may name
 * another object, which has paths of its own, and reaching it that way must need what reaching it by its own path
 * needs.
 *
 * It trusts the backend to say which paths an object has. It must be asked before anything is written, and a deny on
 * any of the object's paths always holds (CVE-2021-41802, CVE-2026-33343).
 */

export type NamedOperation = "read" | "update" | "delete";

export interface Rights {
  /** Throws 403 unless one of the object's paths allows the operation and none of them denies it. */
  need(paths: readonly string[], operation: NamedOperation): void;
  /** Throws 403 where one of the object's paths denies the operation. */
  respect(paths: readonly string[], operation: NamedOperation): void;
  /** Whether the caller may do this with sudo. */
  maySudo(path: string, operation: NamedOperation): boolean;
}

const refuse = (operation: NamedOperation, path: string): never => {
  throw permissionDenied(`no ${operation} of ${path}, which the body names`, "permission denied", true);
};

type Judge = (path: string, operation: NamedOperation) => Decision;

const judged = (judge: Judge, paths: readonly string[], operation: NamedOperation) => {
  const decisions = paths.map((path) => judge(path, operation));
  return {
    denied: paths.find((_, index) => decisions[index]?.reason === "explicit_deny"),
    allowed: decisions.some((decision) => decision.allowed),
  };
};

/** The rights of the caller of this request. Limits on parameters hold for the body as it was sent. */
export const rightsOf = async (core: Core, cx: BackendContext): Promise<Rights> => {
  const known = callerOf(cx);
  const acl = await core.policies.acl(known.policies, known.entity);
  const snapshot = await core.config.snapshot();
  const parameters = ownRequest(cx).decoded.data;
  const judgeAt = (path: string, operation: NamedOperation, sudoPath: boolean) =>
    decide(acl, { ...canonicalPath(core, snapshot, path), operation, parameters, sudoPath });
  const judge: Judge = (path, operation) => judgeAt(path, operation, false);
  return {
    need: (paths, operation) => {
      const { denied, allowed } = judged(judge, paths, operation);
      if (denied !== undefined || !allowed) refuse(operation, denied ?? paths.join(" or "));
    },
    respect: (paths, operation) => {
      const { denied } = judged(judge, paths, operation);
      if (denied !== undefined) refuse(operation, denied);
    },
    maySudo: (path, operation) => judgeAt(path, operation, true).allowed,
  };
};
