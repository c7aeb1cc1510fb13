import postgres from "postgres";
import type { LoggedIn } from "./machine.ts";
import type { Setting } from "./setting.ts";
import { chapter, holds, say, until } from "./story.ts";
import { must } from "./vault.ts";

/** Database users that end: by the sweeper, by the TTL stream, by revoking the token that made them. */

interface Issued {
  readonly user: string;
  readonly password: string;
  readonly lease: string;
}

/** Who PostgreSQL says one is, over a connection of one's own. */
const currentUser = async ({ postgres: { host, port } }: Setting, { user, password }: Issued): Promise<string> => {
  const sql = postgres({ host, port, database: "postgres", username: user, password, max: 1, fetch_types: false });
  try {
    const [row] = await sql<{ name: string }[]>`select current_user as name`;
    return row?.name ?? "";
  } finally {
    await sql.end();
  }
};

const issue = async ({ vault }: Setting, role: string, token?: string): Promise<Issued> => {
  const answer = await must((token === undefined ? vault : vault.as(token))("GET", `database/creds/${role}`));
  return { user: String(answer.data["username"]), password: String(answer.data["password"]), lease: answer.leaseId };
};

export const queryAsMachine = async (setting: Setting, { token }: LoggedIn): Promise<Issued> => {
  chapter("A database user of its own");
  const mine = await issue(setting, "web", token);
  const name = await currentUser(setting, mine);
  holds(name === mine.user, `the machine queries PostgreSQL as ${mine.user}`);
  return mine;
};

const lets = (setting: Setting, { user, password }: Issued): Promise<boolean> =>
  setting.postgres.logsIn(user, password);

export const watchLeasesEnd = async (setting: Setting): Promise<void> => {
  chapter("Leases end");
  const brief = await issue(setting, "brief");
  const kept = await issue(setting, "brief");
  holds(await lets(setting, brief), `a lease of three seconds: ${brief.user} may come in`);
  await must(setting.vault("POST", "sys/leases/renew", { lease_id: kept.lease, increment: 3600 }));
  await until(15, "the sweeper has revoked it: PostgreSQL refuses the user", async () => !(await lets(setting, brief)));
  holds(await lets(setting, kept), "another one, renewed, lives on");

  await setting.local.expiry.pauseSweeper();
  const late = await issue(setting, "brief");
  say("the sweeper is off; only DynamoDB's TTL and stream are left");
  await until(15, "the lease is past its end", async () => {
    const answer = await must(setting.vault("POST", "sys/leases/lookup", { lease_id: late.lease }));
    return Number(answer.data["ttl"]) <= 0;
  });
  holds(await lets(setting, late), "PostgreSQL still lets the user in");
  await setting.local.expiry.passTimeToLive();
  holds(!(await lets(setting, late)), "the table's TTL removed the item, its stream revoked the lease: refused");
  await setting.local.expiry.resumeSweeper();
};

export const revokeMachine = async (setting: Setting, { token }: LoggedIn, mine: Issued): Promise<void> => {
  const { vault } = setting;
  chapter("The machine is given up");
  const child = (await must(vault.as(token)("POST", "auth/token/create", { ttl: "30m" }))).auth.client_token;
  holds((await vault.as(child)("GET", "auth/token/lookup-self")).status === 200, "its token has made a child");
  await must(vault("POST", "auth/token/revoke", { token }));
  holds(
    (await vault.as(token)("GET", "auth/token/lookup-self")).status === 403,
    "the token is revoked: its next request is refused",
  );
  holds((await vault.as(child)("GET", "auth/token/lookup-self")).status === 403, "so is its child's, at once");
  await until(10, "and its database user is gone", async () => !(await lets(setting, mine)));
};
