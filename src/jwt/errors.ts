/**
 * Why a token is refused. Both texts are ours: neither repeats the token, an address or what a provider said.
 */

/** The token does not hold. `message` is Vault's text, for callers. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

/** What an operator configured cannot be used: a key, a certificate or an address. `message` may be shown to them. */
export class SourceRefused extends Error {
  override readonly name = "SourceRefused";
}

/** A provider did not answer, or not with what it should. `reason` is for operators only. */
export class SourceUnavailable extends Error {
  override readonly name = "SourceUnavailable";
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super("the keys could not be fetched", options);
    this.reason = reason;
  }
}
