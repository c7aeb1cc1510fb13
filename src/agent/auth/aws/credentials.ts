import { Sensitive } from "../../../std/sensitive.ts";
import { AgentError } from "../../contract.ts";
import type { AwsCredentials } from "./identity.ts";

/**
 * AWS credentials as the SDKs find them, in their order: environment, profile (keys, role, SSO, process), web identity,
 * container, instance. Every look starts over, because others rotate what it finds. It trusts those sources; their own
 * words about a failure are not repeated, because a broken file or answer may be quoted in them.
 */

type Env = Readonly<Record<string, string | undefined>>;

interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Source {
  /** As an error names it. */
  readonly name: string;
  readonly load: () => Promise<SdkCredentials>;
}

const sealed = ({ accessKeyId, secretAccessKey, sessionToken }: SdkCredentials): AwsCredentials => ({
  accessKeyId,
  secretAccessKey: new Sensitive(secretAccessKey),
  sessionToken: sessionToken === undefined || sessionToken === "" ? undefined : new Sensitive(sessionToken),
});

const isSet = (env: Env, ...names: string[]): boolean => names.some((name) => (env[name] ?? "") !== "");

/** How long a metadata service may take: off AWS nothing answers at its address. */
const METADATA = { timeout: 1000, maxRetries: 2 };

/** The sources that apply, in the order of the SDK's own chain. */
const sourcesOf = async (env: Env, region: string): Promise<readonly Source[]> => {
  const sdk = await import("@aws-sdk/credential-providers");
  const clientConfig = isSet(env, "AWS_REGION", "AWS_DEFAULT_REGION") ? {} : { clientConfig: { region } };
  const hasProfile = isSet(env, "AWS_PROFILE");
  const sources: Source[] = [];
  if (!hasProfile) sources.push({ name: "environment", load: sdk.fromEnv() });
  sources.push({
    name: hasProfile ? `profile ${env["AWS_PROFILE"]}` : "profile default",
    load: sdk.fromIni({ ignoreCache: true, ...clientConfig }),
  });
  if (isSet(env, "AWS_WEB_IDENTITY_TOKEN_FILE")) {
    sources.push({ name: "web identity", load: sdk.fromTokenFile(clientConfig) });
  }
  if (isSet(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    sources.push({ name: "container", load: sdk.fromHttp(METADATA) });
  } else if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() !== "true") {
    sources.push({ name: "instance metadata", load: sdk.fromInstanceMetadata(METADATA) });
  }
  return sources;
};

const member = (error: unknown, name: string): unknown =>
  typeof error === "object" && error !== null ? Reflect.get(error, name) : undefined;

/** Failures whose words are fixed, or hold names alone. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^Unable to find environment variable credentials/, "not set"],
  [/^Could not resolve credentials using profile/, "not in the credentials or config file, or without credentials"],
  [/^Detected a cycle/, "its source_profile leads back to it"],
  [/multi-factor authentication/, "needs a second factor, which an agent does not have"],
  [/^(?:The SSO session|Token is expired)/, "the SSO session has expired; sign in again"],
  [/^URL not accepted/, "AWS_CONTAINER_CREDENTIALS_FULL_URI is an address the SDK refuses"],
  [/not of the required format/, "the answer has no credentials"],
  [/timed? ?out|TimeoutError/i, "no answer in time"],
];

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOENT: "a file it names is missing",
  EACCES: "a file it names may not be read",
  ENOTFOUND: "no such host",
};

const reasonOf = (error: unknown): string => {
  const message = member(error, "message");
  const known = typeof message === "string" ? KNOWN.find(([words]) => words.test(message)) : undefined;
  if (known !== undefined) return known[1];
  const code = member(error, "code");
  if (typeof code === "string" && CODES[code] !== undefined) return CODES[code];
  const status = typeof message === "string" ? /responded with status: (\d{3})/.exec(message)?.[1] : undefined;
  if (status !== undefined) return `answered ${status}`;
  const name = member(error, "name");
  // STS names its errors by a word: AccessDenied, InvalidIdentityToken, ExpiredTokenException.
  return typeof name === "string" && /^[A-Za-z]{1,64}$/.test(name) ? name : "failed";
};

/** The first source that has credentials; one that is set up but fails ends the search, as in the SDK. */
export const findCredentials = async (env: Env, region: string): Promise<AwsCredentials> => {
  const failures: string[] = [];
  for (const { name, load } of await sourcesOf(env, region)) {
    try {
      return sealed(await load());
    } catch (error) {
      failures.push(`${name}: ${reasonOf(error)}`);
      if (member(error, "tryNextLink") === false) break;
    }
  }
  throw new AgentError(`no AWS credentials found (${failures.join("; ")})`);
};
