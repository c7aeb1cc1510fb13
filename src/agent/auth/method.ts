import type { Client, Token } from "../../client/contract.ts";

/** What a method sends for one login, in the order of its keys; or the token that it has without a login. */
export type LoginRequest =
  | {
      readonly kind: "login";
      /** `auth/aws/login` */
      readonly path: string;
      readonly body: Readonly<Record<string, string>>;
      /** A connection of the method's own, for a certificate. */
      readonly client?: Client;
    }
  | { readonly kind: "token"; readonly token: Token };

/** Looks for new credentials between logins. */
export interface Poll {
  /** Milliseconds. */
  readonly interval: number;
  /** Whether what the last login used is out of date. A failure is logged, and the next look comes as usual. */
  check(): Promise<boolean>;
}

/** How a machine proves who it is. */
export interface Method {
  /**
   * Reads the credentials and says what to send. Throws an error that is logged as it is, so it holds no secret; the
   * loop waits and tries again.
   */
  authenticate(client: Client): Promise<LoginRequest>;
  readonly poll?: Poll;
  close?(): void;
}
