import { invalidRequest } from "../../framework/index.ts";
import { type Accessor, as, type MountPath } from "../../std/brand.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import { restateLater } from "../../std/restate.ts";
import type { Sensitive } from "../../std/sensitive.ts";
import { seconds } from "../../std/time.ts";
import { CORE_DOMAINS } from "../../storage/keys.ts";
import { ConditionFailed, type Write } from "../../storage/store.ts";
import type { Core } from "../core.ts";
import { type Mount, type MountConfig, NO_CONFIG } from "../mounts/mount.ts";
import { toSealed } from "../sealed.ts";
import { auditSecretsWrite } from "./audit-secrets.ts";
import { SYSTEM_TTL } from "./build.ts";
import { newMountId } from "./config.ts";
import { type Cluster, SETTINGS } from "./settings.ts";

/**
 * The beginning: the mounts every server has, and the first root token. It works once, by a conditional write, and is
 * reached only by the operator's direct, IAM-authorised invocation or the local server: never over HTTP.
 */

export interface NewMount {
  readonly kind: "secret" | "auth";
  readonly type: string;
  /** Full path: auth methods start with `auth/`. */
  readonly path: string;
  readonly description?: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly config?: MountConfig;
  readonly local?: boolean;
  readonly sealWrap?: boolean;
  readonly externalEntropyAccess?: boolean;
}

/** A mount with fresh id, uuid and accessor. Nothing is written. */
export const makeMount = (random: RandomSource, mount: NewMount): Mount => {
  const prefix = mount.kind === "auth" ? `auth_${mount.type}` : mount.type;
  return {
    info: {
      id: newMountId(mount.kind, mount.type, random),
      path: as<MountPath>(mount.path),
      type: mount.type,
      accessor: as<Accessor>(`${prefix}_${Buffer.from(random.bytes(4)).toString("hex")}`),
      options: mount.options ?? {},
      defaultTtl: SYSTEM_TTL,
      maxTtl: SYSTEM_TTL,
    },
    kind: mount.kind,
    uuid: uuid(random),
    description: mount.description ?? "",
    local: mount.local ?? false,
    sealWrap: mount.sealWrap ?? false,
    externalEntropyAccess: mount.externalEntropyAccess ?? false,
    config: mount.config ?? NO_CONFIG,
    tainted: false,
  };
};

const BUILT_IN: readonly NewMount[] = [
  {
    kind: "secret",
    type: "system",
    path: "sys/",
    description: "system endpoints used for control, policy and debugging",
    sealWrap: true,
    config: { ...NO_CONFIG, passthroughRequestHeaders: ["Accept"] },
  },
  {
    kind: "secret",
    type: "cubbyhole",
    path: "cubbyhole/",
    description: "per-token private secret storage",
    local: true,
  },
  {
    kind: "secret",
    type: "identity",
    path: "identity/",
    description: "identity store",
    config: { ...NO_CONFIG, passthroughRequestHeaders: ["Authorization"] },
  },
  {
    kind: "auth",
    type: "token",
    path: "auth/token/",
    description: "token based credentials",
    config: { ...NO_CONFIG, tokenType: "default-service" },
  },
];

export const isInitialized = async (core: Core): Promise<boolean> =>
  (await core.config.snapshot()).mounts.has(as<MountPath>("sys/"));

/**
 * The keys of core's domains, made once. A table that holds anything under lost keys is a loss to report, not to
 * overwrite.
 */
const makeCoreKeys = async (core: Core): Promise<void> => {
  for (const domain of CORE_DOMAINS) await core.crash("keys.make", () => core.store.makeKeys(domain));
};

/** The first root token. Throws `invalid_request` when there was one before. */
export const initialize = async (core: Core, rootId?: string): Promise<Sensitive<string>> => {
  if (await isInitialized(core)) throw invalidRequest("Vault is already initialized");
  const mounts = BUILT_IN.map((mount) => makeMount(core.random, mount));
  await makeCoreKeys(core);
  for (const { info } of mounts) await core.store.makeKeys(info.id);
  const writes: Write[] = [await auditSecretsWrite(core)];
  for (const mount of mounts) {
    const { path } = mount.info;
    writes.push(await core.config.row("mount", path, toSealed(mount), "absent"));
  }
  const cluster: Cluster = { id: uuid(core.random), startedMs: core.clock.now() };
  writes.push(await core.config.row("setting", SETTINGS.cluster.name, toSealed(cluster), "any"));
  await restateLater(
    ConditionFailed,
    (cause) => invalidRequest("Vault is already initialized", { cause }),
    () => core.config.change(writes),
  );
  return generateRoot(core, rootId);
};

/**
 * A root token that never ends. The caller has been authorised by the platform, and records that it happened. With an
 * id of the caller's choice (the local server) it shows as one that was made at `auth/token/create`, as Vault's does
 * with `server -dev -dev-root-token-id`.
 */
export const generateRoot = async (core: Core, rootId?: string): Promise<Sensitive<string>> => {
  const snapshot = await core.config.snapshot();
  const mount = snapshot.mounts.get(as<MountPath>("auth/token/"));
  if (!mount) throw invalidRequest("Vault is not initialized");
  const made = await core.tokens.create({
    id: rootId,
    policies: ["root"],
    path: rootId === undefined ? "auth/token/root" : "auth/token/create",
    mount,
    displayName: rootId === undefined ? "root" : "token",
    ttl: seconds(0),
    type: "service",
    renewable: false,
    leased: false,
  });
  return made.id;
};
