import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { buildAgentFile } from "../../../scripts/build/agent-file.ts";
import { type DevServer, startDevServer } from "../../clients/dev-server.ts";
import { type Run, startRun } from "./run.ts";
import { type Operator, operatorOf } from "./vault.ts";

export type { Run } from "./run.ts";

/** The server of `npm run dev` and the agent's own file, each as a process; and a folder that is gone afterwards. */

export interface World {
  readonly server: DevServer;
  readonly operator: Operator;
  readonly folder: string;
  /** The agent's file. */
  readonly file: string;
  readonly account: { readonly id: string; readonly iam: IAMClient; readonly ssm: SSMClient; readonly sts: STSClient };
  /** A program with no more environment than given; ended with the world if it has not ended before. */
  run(command: readonly string[], environment?: Readonly<Record<string, string>>): Run;
  /** The agent with a configuration, which is written to the folder. */
  agent(
    name: string,
    configuration: string,
    flags?: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ): Promise<Run>;
  /** Whatever agents and programs have printed. */
  allOutput(): string;
  close(): Promise<void>;
}

const REGION = "us-east-1";

export const createWorld = async (): Promise<World> => {
  const folder = await mkdtemp(join(tmpdir(), "zeroth-story-"));
  const [server, { file }] = await Promise.all([startDevServer(), buildAgentFile(join(folder, "program"))]);
  const credentials = {
    accessKeyId: server.identity["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: server.identity["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
  const aws = { region: REGION, endpoint: server.awsUrl, credentials };
  const runs: Run[] = [];

  const run: World["run"] = (command, environment) => {
    const started = startRun(folder, command, environment);
    runs.push(started);
    return started;
  };
  return {
    server,
    operator: operatorOf(server),
    folder,
    file,
    account: {
      id: server.identity["AWS_ACCOUNT_ID"] ?? "",
      iam: new IAMClient(aws),
      ssm: new SSMClient(aws),
      sts: new STSClient(aws),
    },
    run,
    agent: async (name, configuration, flags = [], environment = {}) => {
      await writeFile(join(folder, `${name}.hcl`), configuration);
      const command = [process.execPath, file, "agent", `-config=${folder}/${name}.hcl`, ...flags];
      return run(command, { HOME: folder, AWS_EC2_METADATA_DISABLED: "true", ...environment });
    },
    allOutput: () => runs.map((each) => each.output()).join(""),
    close: async () => {
      for (const { child } of runs) child.kill("SIGKILL");
      await Promise.all(runs.map(({ ended }) => ended.catch(() => undefined)));
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
