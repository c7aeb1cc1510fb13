import { VaultError } from "../../framework/index.ts";
import { type Accessor, as, type MountId, type MountPath } from "../../std/brand.ts";
import { seconds } from "../../std/time.ts";
import type { View } from "../../storage/store.ts";
import { type Mount, NO_CONFIG } from "../mounts/mount.ts";

/**
 * What answers while the server is sealed or not initialized yet. These endpoints need no token, no storage of their
 * own and no key.
 */

/** Replaces `sys/` before there is any mount. It is never written. */
export const provisionalSystem: Mount = {
  info: {
    id: as<MountId>("system:none"),
    path: as<MountPath>("sys/"),
    type: "system",
    accessor: as<Accessor>("system_00000000"),
    options: {},
    defaultTtl: seconds(0),
    maxTtl: seconds(0),
  },
  kind: "secret",
  uuid: "",
  description: "",
  local: false,
  sealWrap: false,
  externalEntropyAccess: false,
  config: NO_CONFIG,
  tainted: false,
};

const nothing = (): never => {
  throw new VaultError("internal", { reason: "storage was used before the server was initialized" });
};

/** The storage of a mount that does not exist: using it is a bug. */
export const noStorage: View = {
  mount: provisionalSystem.info.id,
  at: nothing,
  record: nothing,
  listing: nothing,
  get: nothing,
  getMany: nothing,
  write: nothing,
  take: nothing,
  items: nothing,
  list: nothing,
  walk: nothing,
  tag: nothing,
};
