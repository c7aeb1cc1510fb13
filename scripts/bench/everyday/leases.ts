import type { Connector, Database } from "../../../src/engines/database/connector.ts";
import { createDatabases } from "../../../src/engines/database/databases.ts";
import { randomText } from "../../../src/std/random.ts";
import { systemClock } from "../../../src/std/time.ts";
import type { Operation } from "../operation.ts";
import { textAt, type World } from "../world.ts";

/** Credentials of a database and their leases. The database does nothing: what it takes is not measured. */

const database: Database = {
  ping: async () => undefined,
  look: async () => ({ now: systemClock.now(), exists: false }),
  create: async () => undefined,
  renew: async () => undefined,
  revoke: async () => undefined,
  changePassword: async () => undefined,
  usable: () => true,
  close: async () => undefined,
};

const connector: Connector = {
  plugin: "idle-database-plugin",
  verifying: "",
  credentialTypes: ["password"],
  createsByDefault: true,
  settings: () => ({
    username: "zeroth",
    password: "p",
    literalPassword: false,
    connections: 4,
    template: { render: (_, { random }) => `v-${randomText(random, 20)}` },
    warnings: [],
  }),
  shown: (details) => details,
  open: async () => database,
};

export const idleDatabases = () => ({ databases: createDatabases(async () => connector) });

export const leaseOperations = async (world: World, token: string): Promise<readonly Operation[]> => {
  const { call } = world;
  await world.mount("secret", "database", "database/");
  const config = { plugin_name: connector.plugin, allowed_roles: "*" };
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
