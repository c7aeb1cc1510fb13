import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../framework/index.ts";
import { isRegion } from "../../std/aws-region.ts";
import { Sensitive } from "../../std/sensitive.ts";
import { shown } from "../../std/shown.ts";
import { type Busy, change } from "../../storage/change.ts";
import type { Address, Entry, View } from "../../storage/store.ts";
import { USUAL_RETRIES } from "./limits.ts";
import type { Place, Scope } from "./ports.ts";
import { Rotation, underWay } from "./rotation-record.ts";
import { isAccessKey } from "./shapes.ts";
import { checkTemplate, USERNAME_TEMPLATE } from "./usernames.ts";

/** `config/root`: whose keys the mount works with, and where it finds IAM and STS. Sealed, the secret and all. */

const texts = z.array(z.string());
const Written = z.object({
  access_key: z.string(),
  secret_key: z.string(),
  region: z.string(),
  iam_endpoint: z.string(),
  sts_endpoint: z.string(),
  sts_region: z.string(),
  sts_fallback_endpoints: texts,
  sts_fallback_regions: texts,
  max_retries: z.number(),
  username_template: z.string(),
  wait_for_keys: z.boolean(),
});
const StoredRoot = z.object({
  ...Written.shape,
  /** A rotation of the key that is not finished. */
  rotation: Rotation.nullable(),
});
export type RootConfig = z.output<typeof StoredRoot>;

export const RootInput = z.object({
  access_key: field.text("Access key that may manage users or assume roles; empty: the server's own credentials."),
  secret_key: field.text("Secret of `access_key`; never read back."),
  region: field.text("Region of the calls; empty: the server's own."),
  iam_endpoint: field.text("URL of IAM; empty: AWS's own."),
  sts_endpoint: field.text("URL of STS; empty: that of the region."),
  sts_region: field.text("Region of `sts_endpoint`, where it differs from `region`."),
  sts_fallback_endpoints: field.commaList("URLs of STS to ask when `sts_endpoint` cannot be reached."),
  sts_fallback_regions: field.commaList("Their regions, in the same order."),
  max_retries: field.integer("Most repetitions of a call that AWS throttled or did not get; -1: three."),
  username_template: field.text("Template for names of users and sessions."),
  role_arn: field.text("Belongs to `identity_token_audience`; not supported."),
  identity_token_audience: field.text("Tokens for AWS made by this server; not supported."),
  identity_token_ttl: field.duration("Belongs to `identity_token_audience`; ignored."),
  rotation_period: field.duration("Automated rotation (Vault Enterprise); ignored with a warning."),
  rotation_schedule: field.text("Automated rotation; ignored with a warning."),
  rotation_window: field.duration("Automated rotation; ignored with a warning."),
  disable_automated_rotation: field.flag("Automated rotation; ignored."),
  wait_for_keys: field.flag(
    "Hand out a new user's key only once AWS accepts it, which takes seconds; true by default. Zeroth's own.",
  ),
});
export type RootInput = z.output<typeof RootInput>;

/** What a read shows: everything but the secret. */
export const RootShown = z.object({
  ...Written.omit({ secret_key: true }).shape,
  /** What is not supported reads as in a Vault that does not use it. */
  role_arn: z.string(),
  identity_token_audience: z.string(),
  identity_token_ttl: z.number(),
  rotation_period: z.number(),
  rotation_schedule: z.string(),
  rotation_window: z.number(),
  disable_automated_rotation: z.boolean(),
  /** The access key of a rotation that was cut off, until it is finished. */
  unfinished_rotation: z.string().optional(),
});

/** Where nothing was written: the server's own credentials, and AWS as it finds it. */
const NONE: RootConfig = {
  access_key: "",
  secret_key: "",
  region: "",
  iam_endpoint: "",
  sts_endpoint: "",
  sts_region: "",
  sts_fallback_endpoints: [],
  sts_fallback_regions: [],
  max_retries: -1,
  username_template: USERNAME_TEMPLATE,
  wait_for_keys: true,
  rotation: null,
};

export const rootAddress = (view: View): Address => view.at("config/root");

export const rootIn = (entry: Entry | undefined): RootConfig | undefined => entry && StoredRoot.parse(entry.body);

/** `undefined` before the first write. */
export const findRoot = async (view: View): Promise<RootConfig | undefined> =>
  rootIn(await view.get(rootAddress(view)));

/** Never configured is the same as configured with every default. */
export const readRoot = async (view: View): Promise<RootConfig> => (await findRoot(view)) ?? NONE;

const placesOfSts = (config: RootConfig, region: string): Scope["sts"] => {
  if (config.sts_endpoint === "") return [{ region }];
  const others = config.sts_fallback_endpoints.map(
    (endpoint, index): Place => ({ endpoint, region: config.sts_fallback_regions[index] ?? region }),
  );
  return [{ endpoint: config.sts_endpoint, region: config.sts_region || region }, ...others];
};

/** In whose name the mount calls AWS, and where. `serverRegion`: where the configuration names none. */
export const scopeOf = (config: RootConfig, serverRegion: string): Scope => {
  const region = config.region || serverRegion;
  return {
    keys:
      config.access_key === ""
        ? undefined
        : { accessKey: config.access_key, secretKey: new Sensitive(config.secret_key) },
    iam: { region, endpoint: config.iam_endpoint || undefined },
    sts: placesOfSts(config, region),
    retries: config.max_retries < 0 ? USUAL_RETRIES : config.max_retries,
  };
};

const MOST_RETRIES = 10;

/** Answers carry keys, so they travel under TLS, except on this machine. */
const isEndpoint = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  const here = /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (username !== "" || password !== "" || pathname !== "/" || search !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && here);
};

const checkPlaces = (config: RootConfig): void => {
  const endpoints: readonly (readonly [string, readonly string[]])[] = [
    ["iam_endpoint", [config.iam_endpoint]],
    ["sts_endpoint", [config.sts_endpoint]],
    ["sts_fallback_endpoints", config.sts_fallback_endpoints],
  ];
  for (const [name, values] of endpoints) {
    if (!values.every((value) => (value === "" && name !== "sts_fallback_endpoints") || isEndpoint(value)))
      throw invalidRequest(`${name} must be an https URL without path, query or credentials`);
  }
  const regions: readonly (readonly [string, readonly string[]])[] = [
    ["region", [config.region]],
    ["sts_region", [config.sts_region]],
    ["sts_fallback_regions", config.sts_fallback_regions],
  ];
  for (const [name, values] of regions) {
    const bad = values.find((value) => !((value === "" && name !== "sts_fallback_regions") || isRegion(value)));
    if (bad !== undefined) throw invalidRequest(`${name}: ${shown(bad)} is not a region`);
  }
  if (config.sts_fallback_endpoints.length !== config.sts_fallback_regions.length)
    throw invalidRequest("fallback endpoints and fallback regions must be the same length");
};

const checkKeys = ({ access_key, secret_key }: RootConfig): void => {
  if ((access_key === "") !== (secret_key === ""))
    throw invalidRequest(
      "access_key and secret_key belong together: give both, or none for the server's own credentials",
    );
  if (access_key !== "" && !isAccessKey(access_key)) throw invalidRequest("access_key is not an access key id");
  if (/\s/.test(secret_key)) throw invalidRequest("secret_key must not contain white space");
};

const checkUnsupported = (input: RootInput): void => {
  if (input.identity_token_audience && input.access_key)
    throw invalidRequest("only one of 'access_key' or 'identity_token_audience' can be set");
  if (input.identity_token_audience)
    throw invalidRequest("identity_token_audience is not supported: this server issues no identity tokens");
  if (input.role_arn)
    throw invalidRequest("role_arn is not supported here: it belongs to identity_token_audience; name roles in roles/");
};

const configOf = (input: RootInput): RootConfig => ({
  access_key: input.access_key ?? "",
  secret_key: input.secret_key ?? "",
  region: input.region ?? "",
  iam_endpoint: input.iam_endpoint ?? "",
  sts_endpoint: input.sts_endpoint ?? "",
  sts_region: input.sts_region ?? "",
  sts_fallback_endpoints: [...(input.sts_fallback_endpoints ?? [])],
  sts_fallback_regions: [...(input.sts_fallback_regions ?? [])],
  max_retries: input.max_retries ?? NONE.max_retries,
  username_template: input.username_template || USERNAME_TEMPLATE,
  wait_for_keys: input.wait_for_keys ?? true,
  rotation: null,
});

const automated = ({ rotation_period, rotation_schedule, rotation_window }: RootInput): boolean =>
  (rotation_period ?? 0) > 0 || (rotation_schedule ?? "") !== "" || (rotation_window ?? 0) > 0;

/** The failure when racing writers never let a change through. */
export const busy: Busy = { wire: "too many concurrent changes of the configuration" };

/**
 * Replaces the configuration: what is not named is reset, as in Vault. Answers warnings. Throws `invalid_request`, and
 * `storage_unavailable` while a rotation of the key is under way.
 */
export const writeRoot = async (input: RootInput, cx: BackendContext): Promise<readonly string[]> => {
  checkUnsupported(input);
  const config = configOf(input);
  checkKeys(config);
  checkPlaces(config);
  if (config.max_retries < -1 || config.max_retries > MOST_RETRIES)
    throw invalidRequest(`max_retries must be between -1 and ${MOST_RETRIES}`);
  checkTemplate(config.username_template, cx);
  const warnings = await change<readonly string[]>(
    cx.storage,
    rootAddress(cx.storage),
    (entry) => ({ op: "put", body: config, result: leftBehind(rootIn(entry), cx.clock.now()) }),
    { busy },
  );
  return automated(input)
    ? [...warnings, "Automated rotation is not supported; call config/rotate-root instead"]
    : warnings;
};

/** What an interrupted rotation of the configuration before may have left at AWS. */
const leftBehind = (before: RootConfig | undefined, now: number): readonly string[] => {
  const rotation = before?.rotation;
  if (!rotation) return [];
  if (rotation.until > now) throw underWay();
  const keys = [rotation.candidate?.access_key ?? "", rotation.retired].filter((key) => key !== "");
  const which = keys.length === 0 ? "a key nobody knows" : keys.join(" and ");
  return [`a rotation of the key was cut off and is forgotten now; remove ${which} of user ${rotation.username}`];
};

const UNUSED = {
  role_arn: "",
  identity_token_audience: "",
  identity_token_ttl: 0,
  rotation_period: 0,
  rotation_schedule: "",
  rotation_window: 0,
  disable_automated_rotation: false,
};

/** Everything but the secret. */
export const showRoot = ({ secret_key: _, rotation, ...written }: RootConfig): z.output<typeof RootShown> => {
  const config = { ...written, ...UNUSED };
  const unfinished = rotation?.candidate?.access_key ?? rotation?.retired ?? "";
  return unfinished === "" ? config : { ...config, unfinished_rotation: unfinished };
};
