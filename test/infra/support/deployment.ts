import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Plugin } from "esbuild";
import { namedDomains, peersOf, permissionsFor } from "../../../lib/permissions.ts";
import { buildFunction } from "../../../scripts/build/function.ts";
import { type Inventory, inventoryOf } from "../../../scripts/build/inventory.ts";
import { HOMES } from "../../../src/catalog.ts";
import { ENVIRONMENT } from "../../../src/contract/environment.ts";
import { FUNCTIONS, type FunctionName } from "../../../src/contract/functions.ts";
import type { Home } from "../../../src/contract/homes.ts";
import { createEmbeddedAws, type EmbeddedAws } from "../../../src/local/aws/index.ts";
import { systemRandom } from "../../../src/std/random.ts";
import { systemClock } from "../../../src/std/time.ts";
import { defineTable } from "../../../src/storage/index.ts";
import { type LambdaService, startLambdaService } from "./lambda-service.ts";
import { type RunningFunction, startFunction } from "./lambda-worker.ts";
import { isAllowed, statementsByFunction } from "./policies.ts";
import { type RoleWall, startRoleWall } from "./role-wall.ts";
import { makeTemplates } from "./stacks.ts";

/** The built functions over the embedded AWS, each in an environment as the stack sets it. */

export const TABLE = "zeroth";
/** Where its callers would reach it. */
export const ADDRESS = "https://vault.example.com";
const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Deployment {
  readonly aws: EmbeddedAws;
  readonly lambda: LambdaService;
  /** Calls to table and key that a function's role does not allow. */
  readonly denied: readonly string[];
  readonly functions: Readonly<Record<FunctionName, RunningFunction>>;
  readonly inventories: ReadonlyMap<FunctionName, Inventory>;
  /** Moves the clock of the table's TTL. */
  advanceTableClock(seconds: number): void;
  /** Whether the function's role may read a partition. */
  mayRead(name: FunctionName, pk: string): boolean;
  environmentOf(name: FunctionName): Record<string, string>;
  entryOf(name: FunctionName): string;
  /** What Lambda answers instead of calling a function, while set. */
  refuse: ((name: string) => number | undefined) | undefined;
  close(): Promise<void>;
}

const arnOf = (name: string): string => `arn:aws:lambda:us-east-1:111122223333:function:${name}`;

export interface DeployOptions {
  /** Where the backends run; absent: as the catalog says. */
  readonly homes?: readonly Home[];
  /** Changes to the tree the functions are built from. */
  readonly plugins?: readonly Plugin[];
}

export const deploy = async ({ homes = HOMES, plugins = [] }: DeployOptions = {}): Promise<Deployment> => {
  const permissions = permissionsFor(homes);
  const assets = await mkdtemp(join(tmpdir(), "zeroth-assets-"));
  const inventories = await Promise.all(
    FUNCTIONS.map(async (name) => {
      const { metafile } = await buildFunction(name, {
        root,
        outdir: join(assets, name),
        homes,
        plugins,
        sourceMaps: false,
      });
      return [name, inventoryOf(metafile)] as const;
    }),
  );
  const entryOf = (name: FunctionName): string => pathToFileURL(join(assets, name, "index.mjs")).href;

  let ahead = 0;
  const tableClock = { now: () => systemClock.now() + ahead };
  const aws = await createEmbeddedAws({ clock: systemClock, tableClock, random: systemRandom });
  const { url } = await aws.listen({ host: "127.0.0.1", port: 0 });
  const [account] = aws.accounts;
  if (!account) throw new Error("the embedded AWS has no account");
  const credentials = { accessKeyId: account.accessKeyId, secretAccessKey: account.secretAccessKey };
  const admin = { region: aws.region, endpoint: url, credentials };
  const kms = new KMSClient(admin);
  const dynamodb = new DynamoDBClient(admin);
  const keyArn = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? "";
  await defineTable(dynamodb, TABLE);

  const statements = statementsByFunction(makeTemplates({}, homes).stateless);
  const denied: string[] = [];
  const walls = new Map<FunctionName, RoleWall>();
  for (const name of FUNCTIONS) {
    const own = statements[name] ?? [];
    const tell = (what: string) => denied.push(`${name}: ${what}`);
    walls.set(name, await startRoleWall({ aws, statements: own, denied: tell }));
  }

  // Filled below; nothing is invoked before.
  const functions = {} as Record<FunctionName, RunningFunction>;
  const lambda = await startLambdaService(async (arn, event) => {
    const name = FUNCTIONS.find((one) => arn === arnOf(one));
    if (!name) throw new Error(`no function ${arn}`);
    return deployment.refuse?.(name) ?? functions[name].invoke(event);
  });
  const environmentOf = (name: FunctionName): Record<string, string> => ({
    [ENVIRONMENT.functionName]: name,
    [ENVIRONMENT.tableName]: TABLE,
    [ENVIRONMENT.tableIdentity]: TABLE,
    [ENVIRONMENT.keyId]: keyArn,
    [ENVIRONMENT.domains]: JSON.stringify(namedDomains(permissions[name])),
    [ENVIRONMENT.peers]: JSON.stringify(Object.fromEntries(peersOf(permissions[name]).map((one) => [one, arnOf(one)]))),
    [ENVIRONMENT.testEndpoints]: "allowed",
    ...(name === "system" ? { [ENVIRONMENT.address]: ADDRESS } : {}),
    AWS_REGION: aws.region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_ENDPOINT_URL: walls.get(name)?.url ?? "",
    AWS_ENDPOINT_URL_LAMBDA: lambda.url,
    AWS_ACCESS_KEY_ID: account.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
  });
  const deployment: Deployment = {
    aws,
    lambda,
    denied,
    functions,
    inventories: new Map(inventories),
    mayRead: (name, pk) =>
      isAllowed(statements[name] ?? [], {
        action: "dynamodb:BatchGetItem",
        resource: "<Table.Arn>",
        context: { "dynamodb:LeadingKeys": [pk] },
      }),
    advanceTableClock: (seconds) => {
      ahead += seconds * 1000;
    },
    environmentOf,
    entryOf,
    refuse: undefined,
    close: async () => {
      await Promise.all(Object.values(functions).map((one) => one.stop()));
      await lambda.close();
      await Promise.all([...walls.values()].map((wall) => wall.close()));
      kms.destroy();
      dynamodb.destroy();
      await aws.close();
      await rm(assets, { recursive: true, force: true });
    },
  };
  await Promise.all(
    FUNCTIONS.map(async (name) => {
      functions[name] = await startFunction(entryOf(name), environmentOf(name));
    }),
  );
  return deployment;
};
