import type { PeerCertificates, Seconds } from "../../std/brand.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import type { MfaCredentials } from "../mfa/types.ts";

/** What HTTP asked for; `update` is not yet split into create and update. */
export type Verb = "read" | "list" | "scan" | "update" | "patch" | "delete" | "header" | "help";

/** A body that holds more than a stranger may send. */
export interface UnreadBody {
  readonly bytes: Uint8Array;
  /** Parses it within a caller's limits. Throws `invalid_request`. */
  readonly read: () => JsonObject;
}

/** Name and secret of an OAuth client, as RFC 6749 puts them into `Authorization: Basic`. */
export interface BasicCredentials {
  readonly name: string;
  readonly secret: Sensitive<string>;
}

/** What `src/http/decode.ts` answers: one request in Vault's terms, whichever way it came in. */
export interface Decoded {
  readonly requestId: string;
  readonly verb: Verb;
  /** HTTP method as sent, for errors and audit. */
  readonly method: string;
  /** Decoded path without `/v1/`; that of a LIST or SCAN ends in `/`. From routing on the canonical one. */
  readonly path: string;
  /** The path as it was sent, where routing found that it is another spelling of `path`. */
  readonly sentPath?: string;
  readonly token: Sensitive<string> | undefined;
  /** The token came as `Authorization: Bearer`. */
  readonly bearer?: boolean | undefined;
  readonly basic?: BasicCredentials | undefined;
  /** From `X-Vault-Wrap-TTL`. */
  readonly wrapTtl: Seconds | undefined;
  readonly wrapFormat: "" | "jwt";
  /** Body of a write, query of everything else. */
  readonly data: JsonObject;
  /**
   * Read by `identify` once the token is known; `data` is empty until then. An operation without a token refuses it.
   */
  readonly unread?: UnreadBody;
  /** From `X-Vault-MFA`, by method. */
  readonly mfa?: MfaCredentials | undefined;
  /** By lower-case name; the headers of token and codes are gone. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly sourceAddress: string;
  /** Absent: the client showed none. */
  readonly peerCertificates?: PeerCertificates | undefined;
}
