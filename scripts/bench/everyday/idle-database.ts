import type { Connector, Database } from "../../../src/engines/database/connector.ts";
import { createDatabases } from "../../../src/engines/database/databases.ts";
import { randomText } from "../../../src/std/random.ts";
import { systemClock } from "../../../src/std/time.ts";

/** A database that does nothing: what one takes is not measured. */

export const IDLE_PLUGIN = "idle-database-plugin";

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
  plugin: IDLE_PLUGIN,
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
