import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { type LocalServer, startLocalServer } from "../../src/local/server/index.ts";
import { startPostgres, type TestPostgres } from "../../test/support/postgres.ts";
import { type Keys, wireTo } from "./aws.ts";
import { type Vault, vaultAt } from "./vault.ts";

/** The stage: embedded AWS, a real PostgreSQL, the server, and a folder that is gone afterwards. */

export interface Setting {
  readonly local: LocalServer;
  readonly postgres: TestPostgres;
  readonly vault: Vault;
  readonly awsUrl: string;
  readonly folder: string;
  readonly auditFile: string;
  /** Administrators of the two accounts. */
  readonly home: Keys & { readonly accountId: string };
  readonly other: Keys & { readonly accountId: string };
  readonly send: ReturnType<typeof wireTo>;
  clients(keys: Keys): { readonly iam: IAMClient; readonly ssm: SSMClient; readonly sts: STSClient };
  close(): Promise<void>;
}

export const REGION = "us-east-1";
/** How long the AWS login takes one signature again. */
export const REPLAY_WINDOW_SECONDS = 2;

export const raise = async (): Promise<Setting> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-demo-"));
  const auditFile = join(folder, "audit.log");
  const postgres = await startPostgres();
  const local = await startLocalServer({
    port: 0,
    dataDir: join(folder, "data"),
    awsListen: { host: "127.0.0.1", port: 0 },
    auditFile,
  });
  const [home, other] = local.embedded?.accounts ?? [];
  const awsUrl = local.awsUrl;
  if (!home || !other || awsUrl === undefined) throw new Error("the embedded AWS did not start");
  return {
    local,
    postgres,
    vault: vaultAt(local.url, local.rootToken),
    awsUrl,
    folder,
    auditFile,
    home,
    other,
    send: wireTo(awsUrl),
    clients: (credentials) => {
      const options = { region: REGION, endpoint: awsUrl, credentials };
      return { iam: new IAMClient(options), ssm: new SSMClient(options), sts: new STSClient(options) };
    },
    close: async () => {
      await local.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
