import { invalidRequest, VaultError } from "../../framework/index.ts";
import { restate } from "../../std/restate.ts";
import { shown } from "../../std/shown.ts";
import { ArnError, canonicalArn, type PrincipalArn, parseArn } from "./arn.ts";
import type { StsAnswer, StsFetch, StsRequest } from "./ports.ts";
import type { Partition } from "./regions.ts";
import { only, parseStrictXml } from "./strict-xml.ts";

/**
 * What STS says about a caller. The answer is believed only in the one form STS gives it; whatever else arrives, from
 * whomever, proves nothing. Text of the answer never reaches the caller.
 */

/** Who signed, as STS vouches for it. */
export interface Identity {
  /** As STS gave it. */
  readonly arn: string;
  readonly principal: PrincipalArn;
  readonly canonicalArn: string;
  /** `AROA…` or `AIDA…`: `UserId` up to the colon. */
  readonly uniqueId: string;
}

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
const MOST_BYTES = 64 * 1024;

const unreadable = (reason: string): VaultError =>
  invalidRequest("error making upstream request: error parsing STS response", { reason });

const ask = async (sts: StsFetch, request: StsRequest): Promise<StsAnswer> => {
  try {
    return await sts(request);
  } catch (cause) {
    throw new VaultError("upstream_failed", {
      wire: "error making upstream request: error making request: STS gave no answer",
      reason: `STS gave no answer: ${cause instanceof Error ? cause.name : "unknown"}`,
      cause,
    });
  }
};

/** The error codes STS has for a request that is not good; anything else is not repeated, not even in the log. */
const KNOWN_CODES =
  /<Code>(SignatureDoesNotMatch|InvalidClientTokenId|ExpiredToken|ExpiredTokenException|RequestExpired|IncompleteSignature|MissingAuthenticationToken|AccessDenied|Throttling|RegionDisabledException)<\/Code>/;

const checkStatus = (answer: StsAnswer): void => {
  if (answer.status === 200) return;
  const code = KNOWN_CODES.exec(answer.body.slice(0, MOST_BYTES))?.[1];
  const wire = `received error code ${answer.status} from STS`;
  if (answer.status < 500) throw invalidRequest(`error making upstream request: ${wire}`, { reason: code ?? wire });
  throw new VaultError("upstream_failed", { wire: `error making upstream request: ${wire}` });
};

interface Claims {
  readonly arn: string;
  readonly userId: string;
  readonly account: string;
}

const parseClaims = (body: string): Claims | undefined => {
  const root = parseStrictXml(body, "GetCallerIdentityResponse", NAMESPACE);
  const result = only(root, "GetCallerIdentityResult");
  const rest = root?.children.filter((child) => child !== result) ?? [];
  if (result?.children.length !== 3) return undefined;
  if (rest.length > 1 || rest.some((child) => child.name !== "ResponseMetadata")) return undefined;
  const [arn, userId, account] = ["Arn", "UserId", "Account"].map((name) => only(result, name));
  if (!arn || !userId || !account) return undefined;
  if ([arn, userId, account].some((leaf) => leaf.children.length > 0 || !/^[^&\s]+$/.test(leaf.text))) return undefined;
  return { arn: arn.text, userId: userId.text, account: account.text };
};

const parseCallerArn = (arn: string): PrincipalArn =>
  restate(
    ArnError,
    (cause) => invalidRequest(`error parsing arn ${shown(arn)}: ${cause.message}`),
    () => parseArn(arn),
  );

/** The prefixes AWS gives unique ids by kind of principal. Source: IAM User Guide, "Unique identifiers". */
const expectedUserId = (principal: PrincipalArn): RegExp =>
  principal.type === "assumed-role" ? /^AROA[A-Z0-9]{4,124}$/ : /^AIDA[A-Z0-9]{4,124}$/;

/** Puts the parts of an answer together, or refuses one whose parts contradict each other. */
export const identityOf = (claims: Claims, partition: Partition): Identity => {
  const principal = parseCallerArn(claims.arn);
  if (principal.type === "role" || principal.type === "instance-profile")
    throw unreadable("STS named something that cannot be a caller");
  if (principal.account !== claims.account || principal.partition !== partition)
    throw unreadable("account or partition of the answer contradicts its ARN");
  const cut = claims.userId.indexOf(":");
  const uniqueId = cut < 0 ? claims.userId : claims.userId.slice(0, cut);
  const session = cut < 0 ? "" : claims.userId.slice(cut + 1);
  if (!expectedUserId(principal).test(uniqueId) || session !== principal.session)
    throw unreadable("UserId of the answer contradicts its ARN");
  return { arn: claims.arn, principal, canonicalArn: canonicalArn(principal), uniqueId };
};

/** Sends the request and reads the answer. Throws `invalid_request` or, when STS is at fault, `upstream_failed`. */
export const callerIdentity = async (sts: StsFetch, request: StsRequest, partition: Partition): Promise<Identity> => {
  const answer = await ask(sts, request);
  if ((answer.headers["content-encoding"] ?? "identity") !== "identity")
    throw invalidRequest("error making upstream request: body of GetCallerIdentity is invalid", {
      reason: "STS compressed its answer without being asked to",
    });
  if (!/^text\/xml(;\s*charset=utf-8)?$/i.test(answer.headers["content-type"] ?? "")) {
    if (answer.status >= 500) checkStatus(answer);
    throw invalidRequest("error making upstream request: body of GetCallerIdentity is invalid");
  }
  checkStatus(answer);
  if (Buffer.byteLength(answer.body) > MOST_BYTES) throw unreadable("answer of STS is too long");
  const claims = parseClaims(answer.body);
  if (!claims) throw unreadable("answer of STS is not in the form of GetCallerIdentity");
  return identityOf(claims, partition);
};
