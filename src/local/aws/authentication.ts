/**
 * Who signed a request: finds the key, checks scope and date, then the signature. Trusts the state and the clock;
 * must never answer with a caller whose signature it has not verified.
 */
import { constants, createPublicKey, verify } from "node:crypto";
import type { Clock } from "../../std/time.ts";
import type { Caller } from "./call.ts";
import { type Claim, readClaim, timestampMs } from "./claim.ts";
import { type AccountState, type AwsState, type ManagedNode, own } from "./model.ts";
import { openSession } from "./sessions.ts";
import { hmacMatches, stringToSign } from "./signature.ts";
import { AuthFailure, type WireRequest } from "./wire.ts";

const WINDOW_MS = 15 * 60 * 1000;

export const userArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:user${path}${name}`;
export const roleArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:role${path}${name}`;

const unknownKey = (): AuthFailure =>
  new AuthFailure("unknown-key", "The security token included in the request is invalid.");

interface Signer {
  readonly caller: Caller;
  verifies(claim: Claim, text: string): boolean;
}

const userSigner = (accountId: string, account: AccountState, claim: Claim): Signer | undefined => {
  const key = own(account.accessKeys, claim.accessKeyId);
  const user = key && own(account.users, key.userName);
  if (!key || !user) return undefined;
  if (key.status !== "Active" || claim.token !== undefined) throw unknownKey();
  const arn = userArn(accountId, user.path, user.name);
  const caller: Caller = {
    accountId,
    arn,
    userId: user.id,
    kind: "user",
    principalArn: arn,
    principalId: user.id,
    accessKeyId: key.id,
  };
  return { caller, verifies: (c, text) => hmacMatches(key.secret, c, text) };
};

const sessionSigner = (state: AwsState, claim: Claim, now: number): Signer => {
  const session = claim.token === undefined ? undefined : openSession(state.sessionKey, claim.token);
  if (!session || session.caller.accessKeyId !== claim.accessKeyId) throw unknownKey();
  if (session.expires <= now) {
    throw new AuthFailure("expired-token", "The security token included in the request is expired");
  }
  return { caller: session.caller, verifies: (c, text) => hmacMatches(session.secret, c, text) };
};

const nodeSigner = (accountId: string, node: ManagedNode, region: string): Signer => {
  const arn = `arn:aws:ssm:${region}:${accountId}:managed-instance/${node.id}`;
  const key = createPublicKey({ key: Buffer.from(node.publicKey, "base64"), format: "der", type: "spki" });
  return {
    caller: {
      accountId,
      arn,
      userId: node.id,
      kind: "node",
      principalArn: arn,
      principalId: node.id,
      accessKeyId: node.id,
    },
    // The agent signs the same text as everybody, with its registered RSA key: PSS, SHA-256, a salt of 32 bytes.
    verifies: (claim, text) =>
      verify(
        "sha256",
        Buffer.from(text),
        { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        Buffer.from(claim.signature, "base64"),
      ),
  };
};

const findSigner = (state: AwsState, claim: Claim, now: number): Signer => {
  if (claim.accessKeyId.startsWith("ASIA")) return sessionSigner(state, claim, now);
  for (const [accountId, account] of Object.entries(state.accounts)) {
    const node = own(own(account.regions, claim.region)?.nodes, claim.accessKeyId);
    if (node && claim.service === "ssm") return nodeSigner(accountId, node, claim.region);
    const signer = userSigner(accountId, account, claim);
    if (signer) return signer;
  }
  throw unknownKey();
};

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;

const checkDate = (claim: Claim, now: number): void => {
  const at = timestampMs(claim.timestamp);
  if (Number.isNaN(at)) throw new AuthFailure("incomplete", "Date must be in ISO-8601 'basic format'.");
  if (claim.timestamp.slice(0, 8) !== claim.scopeDate) {
    throw new AuthFailure(
      "mismatch",
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${claim.scopeDate}' != '${claim.timestamp.slice(0, 8)}', from '${claim.timestamp}'.`,
    );
  }
  const life = claim.expires === undefined ? WINDOW_MS : claim.expires * 1000;
  if (at + life < now) {
    throw new AuthFailure(
      "stale",
      `Signature expired: ${claim.timestamp} is now earlier than ${stamp(now - life)} (${stamp(now)} - ${life / 60000} min.)`,
    );
  }
  if (at - WINDOW_MS > now) {
    throw new AuthFailure(
      "stale",
      `Signature not yet current: ${claim.timestamp} is still later than ${stamp(now + WINDOW_MS)} (${stamp(now)} + 15 min.)`,
    );
  }
};

/** Where a request was sent: what its credential scope must say. */
export interface Destination {
  readonly service: string;
  /** Undefined when the host names no region: then any region that exists will do. */
  readonly region: string | undefined;
}

/**
 * Who signed the request, and for which region. Throws `AuthFailure`; a request without any signature is "missing".
 */
export const authenticate = (
  request: WireRequest,
  destination: Destination,
  world: { state: AwsState; clock: Clock; regions: ReadonlySet<string> },
): { caller: Caller; region: string } => {
  const claim = readClaim(request);
  if (!claim) throw new AuthFailure("missing", "Request is missing Authentication Token");
  const now = world.clock.now();
  const signer = findSigner(world.state, claim, now);
  const rightRegion = world.regions.has(claim.region) && (destination.region ?? claim.region) === claim.region;
  if (!rightRegion) throw new AuthFailure("mismatch", "Credential should be scoped to a valid region.");
  if (claim.service !== destination.service) {
    throw new AuthFailure("mismatch", `Credential should be scoped to correct service: '${destination.service}'.`);
  }
  checkDate(claim, now);
  if (!signer.verifies(claim, stringToSign(request, claim))) {
    throw new AuthFailure(
      "mismatch",
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
  return { caller: signer.caller, region: claim.region };
};
