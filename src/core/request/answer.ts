import type { AuditedWrap } from "../../audit/types.ts";
import type { IssuedAuth, Reply } from "../../framework/index.ts";
import type { LeaseId, MountPath, Seconds } from "../../std/brand.ts";
import type { MfaRequirement } from "../mfa/types.ts";
import type { Verb } from "./decoded.ts";

export type WrapInfo = AuditedWrap;

/** The `auth` block of an answer: a token just made, as the token backend itself may answer one. */
export type AuthBlock = IssuedAuth;

/** What leaves the pipeline: everything `src/http/encode.ts` needs, and nothing about HTTP except an unusual status. */
export interface Answer {
  readonly requestId: string;
  readonly verb: Verb;
  /** `undefined`: the handler answered nothing (404 for read and list, 204 for the rest). */
  readonly reply: Reply | undefined;
  readonly lease?: { readonly id: LeaseId; readonly renewable: boolean; readonly duration: Seconds } | undefined;
  readonly auth?: AuthBlock | undefined;
  /** A login that waits for its codes: an `auth` block without a token. */
  readonly awaits?: MfaRequirement | undefined;
  readonly wrapInfo?: WrapInfo | undefined;
  readonly warnings: readonly string[];
  /** `mount_type`; empty for unauthenticated endpoints and wrapped answers. */
  readonly mountType: string;
  readonly mountPath?: MountPath | undefined;
  /** See `Path.dataInFront`. */
  readonly dataInFront: boolean;
}
