import type { HclValue } from "../../../hcl/hcl.ts";
import { isRegion } from "../../../std/aws-region.ts";
import { uuid } from "../../../std/random.ts";
import { Sensitive } from "../../../std/sensitive.ts";
import { shown } from "../../../std/shown.ts";
import { within } from "../../../std/timer.ts";
import type { MethodConfig, RawConfig } from "../../config/model.ts";
import { AgentError, type Surroundings } from "../../contract.ts";
import type { LoginRequest, Method } from "../method.ts";
import { entriesOf, presentText } from "../raw-config.ts";
import { type AwsCredentials, sameCredentials } from "./identity.ts";
import { createMetadata, type Metadata } from "./metadata.ts";

/**
 * `aws`: a machine or program proves who it is to AWS. `iam` signs a call that only the holder of the credentials can
 * sign; `ec2` hands over the instance's signed document. The credentials are found again for each login; they are never
 * sent and never logged.
 */

interface AwsConfig {
  readonly role: string;
  readonly region: string;
  readonly headerValue: string | undefined;
  readonly nonce: string | undefined;
  readonly fixed: AwsCredentials | undefined;
  /** Milliseconds. */
  readonly pollInterval: number;
}

/** Milliseconds that a search for credentials may take. */
const FIND_LIMIT = 60_000;

const text = (config: RawConfig, key: string): string | undefined => {
  const value = config.get(key);
  if (value === undefined) return undefined;
  if (value.kind !== "string") throw new AgentError(`could not convert '${key}' value into string`);
  return value.value === "" ? undefined : value.value;
};

const seconds = (value: HclValue | undefined): number => {
  if (value === undefined) return 60;
  if (value.kind !== "number" || !Number.isInteger(value.value)) {
    throw new AgentError("could not convert 'credential_poll_interval' into int");
  }
  if (value.value < 1) throw new AgentError("'credential_poll_interval' must be at least 1");
  return value.value;
};

const fixedKeys = (config: RawConfig): AwsCredentials | undefined => {
  const accessKeyId = text(config, "access_key");
  const secret = text(config, "secret_key");
  const session = text(config, "session_token");
  if (accessKeyId === undefined && secret === undefined) return undefined;
  if (accessKeyId === undefined || secret === undefined) {
    throw new AgentError("'access_key' and 'secret_key' must be specified together");
  }
  return {
    accessKeyId,
    secretAccessKey: new Sensitive(secret),
    sessionToken: session === undefined ? undefined : new Sensitive(session),
  };
};

const regionOf = (config: RawConfig): string => {
  const region = text(config, "region") ?? "us-east-1";
  if (region !== "auto" && !isRegion(region)) {
    throw new AgentError(`'region' value is invalid: ${shown(region)} is not the name of a region`);
  }
  return region;
};

const typeOf = (config: RawConfig): { type: "iam" | "ec2"; role: string } => {
  const type = presentText(config, "type");
  const role = presentText(config, "role");
  if (role === "") throw new AgentError("'role' value is empty");
  if (type === "") throw new AgentError("'type' value is empty");
  if (type !== "iam" && type !== "ec2") throw new AgentError("'type' value is invalid");
  return { type, role };
};

const iamMethod = (
  mountPath: string,
  config: AwsConfig,
  { clock, env, log, timer }: Surroundings,
  metadata: Metadata,
): Method => {
  let used: AwsCredentials | undefined;
  let looking: Promise<AwsCredentials> | undefined;
  // The SDK and its signer are large, and an agent with another method never needs them.
  const look = async (region: string): Promise<AwsCredentials> =>
    (await import("./credentials.ts")).findCredentials(env, region);
  /** A `credential_process` may hang: then it is said, and waited for again instead of begun once more. */
  const find = async (region: string): Promise<AwsCredentials> => {
    if (config.fixed !== undefined) return config.fixed;
    looking ??= look(region).finally(() => {
      looking = undefined;
    });
    const found = looking;
    if (await within(timer, FIND_LIMIT, found)) return found;
    throw new AgentError(`no AWS credentials found within ${FIND_LIMIT / 1000} seconds; a credential_process may hang`);
  };
  const regionNow = async (): Promise<string> => (await import("./region.ts")).findRegion(config.region, env, metadata);

  const sign = async (credentials: AwsCredentials, region: string): Promise<Readonly<Record<string, string>>> => {
    const { signLogin } = await import("../../../client/sign-login.ts");
    const signed = await signLogin({
      credentials: {
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: credentials.secretAccessKey.reveal(),
        sessionToken: credentials.sessionToken?.reveal(),
      },
      region,
      serverId: config.headerValue,
      clock,
    });
    return {
      iam_http_request_method: signed.iam_http_request_method,
      iam_request_body: signed.iam_request_body,
      iam_request_headers: signed.iam_request_headers,
      iam_request_url: signed.iam_request_url,
      role: config.role,
    };
  };

  const authenticate = async (): Promise<LoginRequest> => {
    const region = await regionNow();
    const credentials = await find(region);
    used = credentials;
    return { kind: "login", path: `${mountPath}/login`, body: await sign(credentials, region) };
  };
  if (config.fixed !== undefined) return { authenticate };
  const check = async (): Promise<boolean> => {
    log.trace("checking for new credentials");
    const now = await find(await regionNow());
    if (used === undefined || sameCredentials(used, now)) return false;
    log.trace("new credentials detected, triggering Authenticate");
    used = now;
    return true;
  };
  return { authenticate, poll: { interval: config.pollInterval, check } };
};

const ec2Method = (mountPath: string, config: AwsConfig, { random }: Surroundings, metadata: Metadata): Method => {
  let { nonce } = config;
  return {
    authenticate: async () => {
      const document = await metadata("/latest/dynamic/instance-identity/document");
      const signature = await metadata("/latest/dynamic/instance-identity/signature");
      nonce ??= uuid(random);
      const identity = Buffer.from(document).toString("base64");
      return { kind: "login", path: `${mountPath}/login`, body: { identity, nonce, role: config.role, signature } };
    },
  };
};

/** Throws `AgentError` for what the configuration has wrong; credentials are looked for at each login. */
export const createAwsMethod = (method: MethodConfig, surroundings: Surroundings): Method => {
  const entries = entriesOf(method);
  const { type, role } = typeOf(entries);
  const config: AwsConfig = {
    role,
    fixed: fixedKeys(entries),
    headerValue: text(entries, "header_value"),
    nonce: text(entries, "nonce"),
    region: regionOf(entries),
    pollInterval: seconds(entries.get("credential_poll_interval")) * 1000,
  };
  const metadata = createMetadata(surroundings.env, surroundings.timer);
  return (type === "iam" ? iamMethod : ec2Method)(method.mountPath, config, surroundings, metadata);
};
