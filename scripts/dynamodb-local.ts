import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DYNAMODB_TEST_ENDPOINT } from "../src/contract/environment.ts";
import { freePort } from "../test/support/free-port.ts";
import { runWithService, say } from "./with-service.ts";

/**
 * Runs a command together with Amazon's DynamoDB Local: `tsx scripts/dynamodb-local.ts npm test -- test/contract`.
 * Where Java and Maven are missing it says so and succeeds: the same tests have run on the embedded table.
 */

const FOLDER = join(".zeroth", "dynamodb-local");
const LIB = join(FOLDER, "lib");
const MAIN = "software.amazon.dynamodb.services.local.main.ServerRunner";
const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";
/** 3.3.1 asks for an AWS SDK of which parts are not published; 2.33.0 is whole and does. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>dynamodb-local</artifactId><version>1</version><packaging>pom</packaging>
<dependencyManagement><dependencies><dependency><groupId>software.amazon.awssdk</groupId><artifactId>bom</artifactId>
<version>2.33.0</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement>
<dependencies><dependency><groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId>
<version>3.3.1</version></dependency></dependencies></project>`;

const has = (command: string): boolean => spawnSync(command, ["-version"], { stdio: "ignore" }).status === 0;

const install = async (): Promise<boolean> => {
  if (existsSync(join(FOLDER, "complete"))) return true;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, "pom.xml"), POM);
  const args = ["-q", "-B", "-f", join(FOLDER, "pom.xml"), PLUGIN, "-DoutputDirectory=lib"];
  if (spawnSync("mvn", args, { stdio: ["ignore", "inherit", "inherit"] }).status !== 0) return false;
  await writeFile(join(FOLDER, "complete"), "");
  return true;
};

const isUp = async (endpoint: string): Promise<boolean> => {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  await client.send(new ListTablesCommand({}));
  return true;
};

if (!has("java") || !has("mvn")) say("skipped: DynamoDB Local needs Java 17 and Maven, which are not here");
else if (!(await install())) say("skipped: DynamoDB Local could not be downloaded from Maven");
else {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const options = ["-Xmx384m", `-Djava.library.path=${LIB}`, "-cp", `${LIB}/*`, MAIN];
  await runWithService({
    name: "DynamoDB Local",
    endpoint,
    process: spawn("java", [...options, "-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)], {
      stdio: "ignore",
      env: { ...process.env, DDB_LOCAL_TELEMETRY: "0" },
    }),
    isUp: () => isUp(endpoint),
    variable: DYNAMODB_TEST_ENDPOINT,
  });
}
