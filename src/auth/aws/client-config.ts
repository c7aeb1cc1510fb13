import { z } from "zod";
import { field, invalidRequest } from "../../framework/index.ts";
import { changeBody } from "../../storage/change.ts";
import type { View } from "../../storage/store.ts";
import { partitionOf, regionOfStsHost } from "./regions.ts";
import { canonicalName } from "./signed-headers.ts";
import { readStored } from "./stored.ts";

/** `config/client`: how the mount speaks to AWS, and what it demands of a signed request. */

/**
 * Signatures count whole seconds and cover neither role nor process: workers that share credentials and start together
 * send the same bytes. They arrive within a few seconds; a captured request is expected to arrive later.
 */
const REPLAY_WINDOW = 5;
const LONGEST_REPLAY_WINDOW = 60;

export const clientConfigShape = {
  access_key: field.text("Access key for look-ups; empty: the program's own credentials."),
  secret_key: field.text("Secret of `access_key`; never read back."),
  endpoint: field.text("URL of the EC2 API; empty: the region's."),
  iam_endpoint: field.text("URL of the IAM API; empty: the partition's."),
  sts_endpoint: field.text("URL of STS; empty: that of the region a login is signed for."),
  sts_region: field.text("Region a login must be signed for with `sts_endpoint`; empty: that of the endpoint."),
  use_sts_region_from_client: field.flag("Take the region of a login even where `sts_endpoint` is set."),
  iam_server_id_header_value: field.text("Value that a login must carry, signed, as X-Vault-AWS-IAM-Server-ID."),
  allowed_sts_header_values: field.commaList("Further headers that a login may carry to STS."),
  max_retries: field.integer("Tries after a failed connection; -1: the default."),
  replay_window: field.duration(
    "How long after its first use a signed request is taken again, at most 60 s; 0: strictly once. Zeroth's own.",
  ),
};
const configInput = z.object(clientConfigShape);
export type ClientConfigInput = z.output<typeof configInput>;

const stored = z.object({
  access_key: z.string(),
  secret_key: z.string(),
  endpoint: z.string(),
  iam_endpoint: z.string(),
  sts_endpoint: z.string(),
  sts_region: z.string(),
  use_sts_region_from_client: z.boolean(),
  iam_server_id_header_value: z.string(),
  allowed_sts_header_values: z.array(z.string()),
  max_retries: z.number(),
  /** Seconds. Not in configurations written before it existed. */
  replay_window: z.number().default(REPLAY_WINDOW),
});
export type ClientConfig = z.output<typeof stored>;

/** What a read shows: everything but the secret. */
export const ClientConfigShown = stored.omit({ secret_key: true });

export const DEFAULTS: ClientConfig = {
  access_key: "",
  secret_key: "",
  endpoint: "",
  iam_endpoint: "",
  sts_endpoint: "",
  sts_region: "",
  use_sts_region_from_client: false,
  iam_server_id_header_value: "",
  allowed_sts_header_values: [],
  max_retries: -1,
  replay_window: REPLAY_WINDOW,
};

export const clientConfigAddress = (storage: View) => storage.at("config/client");

/** As configured; never configured is the same as configured with every default. */
export const clientConfig = async (storage: View): Promise<ClientConfig> =>
  (await readStored(storage, clientConfigAddress(storage), stored)) ?? DEFAULTS;

/**
 * The public endpoint of one service, or a VPC endpoint for it. Any other name below `amazonaws.com` can be a
 * customer's machine or bucket, and would receive our signed calls.
 */
const endpointOf = (service: string): RegExp =>
  new RegExp(
    `^https://(?:${service}(?:-fips)?(?:\\.[a-z0-9-]{1,30})?|vpce-[a-z0-9-]{1,60}\\.${service}\\.[a-z0-9-]{1,30}\\.vpce)` +
      "\\.(?:amazonaws\\.com(?:\\.cn)?|api\\.aws)/?$",
  );

const ENDPOINTS = { endpoint: endpointOf("ec2"), iam_endpoint: endpointOf("iam"), sts_endpoint: endpointOf("sts") };

const checkUrls = (config: ClientConfig): void => {
  for (const name of ["endpoint", "iam_endpoint", "sts_endpoint"] as const)
    if (config[name] !== "" && !ENDPOINTS[name].test(config[name]))
      throw invalidRequest(`${name} must be the https URL of the service's own endpoint, without path or port`);
  if (config.sts_endpoint !== "" && regionOfStsHost(new URL(config.sts_endpoint).hostname) === undefined)
    throw invalidRequest("sts_endpoint is not an STS endpoint of a known region");
  if (config.sts_region !== "" && partitionOf(config.sts_region) === undefined)
    throw invalidRequest("sts_region is not a known region");
};

/** Changes what the write names and keeps the rest. Throws `invalid_request`. */
export const writeClientConfig = async (storage: View, input: ClientConfigInput): Promise<void> => {
  await changeBody(storage, clientConfigAddress(storage), stored, (previous = DEFAULTS) => {
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
    const config = stored.parse({ ...previous, ...given });
    config.allowed_sts_header_values = config.allowed_sts_header_values
      .filter((name) => name !== "")
      .map(canonicalName);
    checkUrls(config);
    if (config.replay_window < 0 || config.replay_window > LONGEST_REPLAY_WINDOW)
      throw invalidRequest(`replay_window must be between 0 and ${LONGEST_REPLAY_WINDOW} seconds`);
    return config;
  });
};

/** `undefined` before the first write. */
export const readClientConfig = async (storage: View): Promise<z.output<typeof ClientConfigShown> | undefined> => {
  const config = await readStored(storage, clientConfigAddress(storage), stored);
  if (!config) return undefined;
  const { secret_key: _, ...shown } = config;
  return shown;
};

export const removeClientConfig = (storage: View): Promise<void> =>
  storage.write([{ op: "delete", address: clientConfigAddress(storage), when: "any" }]);
