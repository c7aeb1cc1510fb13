import { z } from "zod";
import { defined } from "../../../std/defined.ts";

/**
 * Failures as OAuth 2.0 and OpenID Connect tell them: a code and a text in a JSON body, a status, and for some a header
 * that says how to authenticate. They go to whoever asked and never to a `redirect_uri`.
 */

export const OAuthError = z.object({
  error: z.string(),
  error_description: z.string(),
  state: z.string().optional(),
});

/** A request of OAuth that is refused. Thrown below an endpoint, answered by it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: string;
  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

export const refuse = (code: string, description: string): never => {
  throw new Refused(code, description);
};

/**
 * The answer of a refusal, and what the audit line says of it. `state`: what the request sent, at the endpoint that sends
 * it back.
 */
export const refusal = ({ code, message }: Refused, status: number, state?: string) => ({
  bare: defined({ error: code, error_description: message, state }),
  failure: `${code}: ${message}`,
  status,
});

/** What the work answers, or what `tell` makes of its refusal. Every other failure passes. */
export const orRefusal = async <T, R>(work: () => Promise<T>, tell: (refused: Refused) => R): Promise<T | R> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Refused) return tell(cause);
    throw cause;
  }
};
