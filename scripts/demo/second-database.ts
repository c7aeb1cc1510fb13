import { hasMariadb, startMariadb } from "../../test/support/mariadb.ts";
import { ADMIN } from "../../test/support/postgres.ts";
import type { Setting } from "./setting.ts";
import { chapter, holds, say } from "./story.ts";
import { must } from "./vault.ts";

/** A second database, of another kind, behind the same paths. */

const CREATE = `CREATE USER '{{name}}'@'%' IDENTIFIED BY '{{password}}'; GRANT SELECT ON g_app.* TO '{{name}}'@'%'`;

export const useSecondDatabase = async ({ vault }: Setting): Promise<void> => {
  chapter("A second database");
  if (!hasMariadb) return say("skipped: there is no mariadbd on this machine (apt-get install mariadb-server-core)");
  const mariadb = await startMariadb();
  try {
    await must(
      vault("POST", "database/config/billing", {
        plugin_name: "mysql-database-plugin",
        connection_url: mariadb.url,
        ...ADMIN,
        allowed_roles: "billing",
      }),
    );
    await must(vault("POST", "database/roles/billing", { db_name: "billing", creation_statements: CREATE }));
    const { data, leaseId } = await must(vault("GET", "database/creds/billing"));
    const [user, password] = [String(data["username"]), String(data["password"])];
    const session = await mariadb.connect(user, password);
    session.on("error", () => undefined);
    const [rows] = await session.query("SELECT what FROM g_app.things");
    holds(Array.isArray(rows) && rows.length === 1, `MariaDB lets ${user} read`);
    await must(vault("POST", "sys/leases/revoke", { lease_id: leaseId, sync: true }));
    const isOpen = await session.query("SELECT 1").then(
      () => true,
      () => false,
    );
    session.destroy();
    holds(!isOpen, "its lease is revoked: the session it had open is ended");
    holds(!(await mariadb.logsIn(user, password)), "and MariaDB no longer knows the user");
  } finally {
    await mariadb.stop();
  }
};
