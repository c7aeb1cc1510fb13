import { codeOf } from "../../../std/error-code.ts";
import { memberOf } from "../../../std/member.ts";
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
  /** How the SDK's words begin when this source is not set up, and what is said of it then. */
  readonly absent?: readonly [words: string, told: string];
}

const sealed = ({ accessKeyId, secretAccessKey, sessionToken }: SdkCredentials): AwsCredentials => ({
  accessKeyId,
  secretAccessKey: new Sensitive(secretAccessKey),
  sessionToken: sessionToken === undefined || sessionToken === "" ? undefined : new Sensitive(sessionToken),
});

const isSet = (env: Env, ...names: string[]): boolean => names.some((name) => (env[name] ?? "") !== "");

/** How long a metadata service may take: off AWS nothing answers at its address. */
const METADATA = { timeout: 1000, maxRetries: 2 };
/** Version 1 answers whoever gets a program to fetch an address; the SDK falls back to it unless told not to. */
const INSTANCE = { ...METADATA, ec2MetadataV1Disabled: true };
/** For STS, which the SDK would wait for a quarter of an hour. */
const STS = { requestHandler: { connectionTimeout: 5000, requestTimeout: 10_000, throwOnRequestTimeout: true } };

/** The sources that apply, in the order in which they are asked. */
const sourcesOf = async (env: Env, region: string): Promise<readonly Source[]> => {
  const sdk = await import("@aws-sdk/credential-providers");
  const clientConfig = isSet(env, "AWS_REGION", "AWS_DEFAULT_REGION") ? STS : { ...STS, region };
  const profile = env["AWS_PROFILE"] || "default";
  const sources: Source[] = [
    // Also where a profile is named: Vault Agent's order, which is that of AWS's SDK for Go.
    {
      name: "environment",
      load: sdk.fromEnv(),
      absent: ["Unable to find environment variable credentials", "not set"],
    },
  ];
  sources.push({
    name: `profile ${profile}`,
    // Its role may have the instance as its source.
    load: sdk.fromIni({ ignoreCache: true, ...INSTANCE, clientConfig }),
    absent: [
      `Could not resolve credentials using profile: [${profile}]`,
      "not in the credentials or config file, or without credentials",
    ],
  });
  if (isSet(env, "AWS_WEB_IDENTITY_TOKEN_FILE")) {
    sources.push({ name: "web identity", load: sdk.fromTokenFile({ clientConfig }) });
  }
  if (isSet(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")) {
    sources.push({ name: "container", load: sdk.fromHttp(METADATA) });
  } else if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() !== "true") {
    sources.push({ name: "instance metadata", load: sdk.fromInstanceMetadata(INSTANCE) });
  }
  return sources;
};

/** Failures whose words are fixed, or hold names alone. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/^Could not resolve credentials using profile/, "its source_profile has no credentials"],
  [/credential_process (?:returned|did not return)/, "credential_process did not answer with valid credentials"],
  [/^Command failed/, "credential_process failed"],
  [/^Web identity configuration not specified/, "AWS_ROLE_ARN is not set"],
  [/^Detected a cycle/, "its source_profile leads back to it"],
  [/multi-factor authentication/, "needs a second factor, which an agent does not have"],
  [/^(?:The SSO session|Token is expired)/, "the SSO session has expired; sign in again"],
  [/^URL not accepted/, "AWS_CONTAINER_CREDENTIALS_FULL_URI is an address the SDK refuses"],
  [/not of the required format/, "the answer has no credentials"],
  [/v1 fallback has been blocked/, "no answer from version 2 of the service, and version 1 is never used"],
  [/timed? ?out|TimeoutError/i, "no answer in time"],
];

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOENT: "a file it names is missing",
  EACCES: "a file it names may not be read",
  ENOTFOUND: "no such host",
};

const reasonOf = (error: unknown): string => {
  const message = memberOf(error, "message");
  const known = typeof message === "string" ? KNOWN.find(([words]) => words.test(message)) : undefined;
  if (known !== undefined) return known[1];
  const byCode = CODES[codeOf(error)];
  if (byCode !== undefined) return byCode;
  const status = typeof message === "string" ? /responded with status: (\d{3})/.exec(message)?.[1] : undefined;
  if (status !== undefined) return `answered ${status}`;
  const name = memberOf(error, "name");
  // STS names its errors by a word: AccessDenied, InvalidIdentityToken, ExpiredTokenException.
  return typeof name === "string" && /^[A-Za-z]{1,64}$/.test(name) ? name : "failed";
};

const absence = ({ absent }: Source, error: unknown): string | undefined => {
  const message = memberOf(error, "message");
  return absent !== undefined && typeof message === "string" && message.startsWith(absent[0]) ? absent[1] : undefined;
};

/**
 * The first source that is set up. If it fails, no other one is asked: that would be another identity, as an instance's
 * role is to a pod whose own role is refused.
 */
export const findCredentials = async (env: Env, region: string): Promise<AwsCredentials> => {
  const failures: string[] = [];
  for (const source of await sourcesOf(env, region)) {
    try {
      return sealed(await source.load());
    } catch (error) {
      const absent = absence(source, error);
      failures.push(`${source.name}: ${absent ?? reasonOf(error)}`);
      if (absent === undefined) break;
    }
  }
  throw new AgentError(`no AWS credentials found (${failures.join("; ")})`);
};
