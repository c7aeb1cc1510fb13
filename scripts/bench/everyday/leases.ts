import type { Operation } from "../operation.ts";
import { textAt, type World } from "../world.ts";
import { IDLE_PLUGIN } from "./idle-database.ts";

/** Credentials of a database and their leases. */

export const leaseOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  const { call } = world;
  await world.mount("secret", "database", "database/");
  const config = { plugin_name: IDLE_PLUGIN, allowed_roles: "*" };
  await call("POST", "database/config/one", { body: config });
  const role = { db_name: "one", default_ttl: "1h", max_ttl: "24h" };
  await call("POST", "database/roles/app", { body: role });
  const creds = async () => textAt(await call("GET", "database/creds/app", { token }), "lease_id");
  const lease_id = await creds();
  return [
    { name: "database credentials", budget: { dynamodb: 6 }, run: creds },
    {
      name: "lease renew, database",
      budget: { dynamodb: 3 },
      run: () => call("POST", "sys/leases/renew", { token, body: { lease_id } }),
    },
    {
      name: "lease look-up",
      budget: { dynamodb: 1 },
      run: () => call("POST", "sys/leases/lookup", { token, body: { lease_id } }),
    },
    {
      name: "lease revoke, database",
      budget: { dynamodb: 4 },
      prepare: creds,
      run: (id) => call("POST", "sys/leases/revoke", { token, body: { lease_id: id } }),
    },
  ];
};
