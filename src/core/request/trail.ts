import type { AuditedResponse } from "../../audit/types.ts";
import { VaultError } from "../../framework/index.ts";
import type { Decision } from "../../policy/index.ts";
import type { Core } from "../core.ts";
import type { Mount } from "../mounts/mount.ts";
import type { KnownToken } from "../tokens/types.ts";
import type { Decoded } from "./decoded.ts";

/**
 * The two audit lines of one request, and what is known of it so far. Each stage adds what it finds out, so that a
 * request leaves the same pair of lines wherever it fails: the request, and how it ended.
 *
 * Security: a request whose line no device took goes no further, and writes no line after it.
 */

export interface Findings {
  /** The path's own verb where the operation is not settled. */
  readonly operation: string;
  readonly known: KnownToken;
  readonly decision: Decision;
  /** The request spent the token's last use: the token ends with it. */
  readonly lastUse: boolean;
  /** The request with a body that was read after its token was known. */
  readonly decoded: Decoded;
}

export interface Trail {
  learn(found: Partial<Findings>): void;
  /** Writes the request's line when it is let through. */
  allowed(): Promise<void>;
  /** Writes the response's line. `error`: of an answer that tells of a failure in a body of its own. */
  answered(response: AuditedResponse, error?: string): Promise<void>;
}

/** What `recorded` alone may do with a trail. */
export interface OwnTrail extends Trail {
  readonly found: Partial<Findings>;
  /** Writes what is still missing of the pair. Throws `internal` when no device takes it. */
  failed(cause: unknown): Promise<void>;
}

/** What the lines are about. */
export interface Subject {
  readonly decoded: Decoded;
  readonly mount: Mount | undefined;
  /** See `AuditRecord.payload`. */
  readonly payload: boolean;
}

const errorOf = (cause: unknown): { readonly error: string; readonly reason?: string } => {
  if (!(cause instanceof VaultError)) return { error: "internal error" };
  const error = cause.wire ?? cause.code;
  return cause.reason === error ? { error } : { error, reason: cause.reason };
};

export const createTrail = (core: Core, { decoded, mount, payload }: Subject): OwnTrail => {
  const found: Partial<Findings> = {};
  let request: "missing" | "written" | "lost" = "missing";

  const record = () => ({
    decoded: found.decoded ?? decoded,
    mount,
    payload,
    known: found.known,
    decision: found.decision,
    operation: found.operation ?? decoded.verb,
  });

  const writeRequest = async (problem: object): Promise<void> => {
    request = "lost";
    await core.audit.request({ ...record(), ...problem });
    request = "written";
  };

  return {
    found,
    learn: (more) => {
      Object.assign(found, more);
    },
    allowed: () => writeRequest({}),
    answered: (response, error) => core.audit.response({ ...record(), error }, response),
    failed: async (cause) => {
      if (request === "lost") return;
      const refused = request === "missing";
      const problem = { ...errorOf(cause), refused };
      if (refused) await writeRequest(problem);
      await core.audit.response({ ...record(), ...problem }, {});
    },
  };
};
