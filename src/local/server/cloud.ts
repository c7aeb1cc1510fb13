import { join } from "node:path";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { awsAdapters } from "../../auth/aws/adapters/index.ts";
import type { AwsAuthParts } from "../../auth/aws/backend.ts";
import type { DynamoDb } from "../../aws-clients/dynamodb.ts";
import type { Kms } from "../../aws-clients/kms.ts";
import { dynamoDbLike, kmsLike } from "../../aws-clients/stock.ts";
import { awsOver } from "../../engines/aws/adapters/index.ts";
import { wait } from "../../engines/aws/surroundings.ts";
import type { EngineWorld } from "../../engines/aws/world.ts";
import type { RandomSource } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { defineTable } from "../../storage/index.ts";
import { createEmbeddedAws, type EmbeddedAws } from "../aws/index.ts";

/** The AWS that the local server uses: the embedded doubles, or whatever the SDK's environment names. */

export interface Cloud {
  readonly region: string;
  readonly dynamodb: DynamoDb;
  readonly kms: Kms;
  /** For what the product itself does not ask of the table. */
  readonly stock: DynamoDBClient;
  readonly keyId: string;
  readonly aws: AwsAuthParts;
  /** AWS for the secrets engine `aws`; absent: as the environment of the process names it. */
  readonly awsEngine?: EngineWorld | undefined;
  /** Absent with the environment's AWS. */
  readonly embedded?: EmbeddedAws | undefined;
  close(): Promise<void>;
}

const KEY_ALIAS = "alias/zeroth";

const exists = async (ask: () => Promise<unknown>, missing: string): Promise<boolean> => {
  try {
    await ask();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === missing) return false;
    throw error;
  }
};

const ensureKey = async (kms: KMSClient): Promise<void> => {
  if (await exists(() => kms.send(new DescribeKeyCommand({ KeyId: KEY_ALIAS })), "NotFoundException")) return;
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "wraps the data keys of Zeroth" }));
  if (!KeyMetadata?.KeyId) throw new Error("KMS made no key");
  await kms.send(new CreateAliasCommand({ AliasName: KEY_ALIAS, TargetKeyId: KeyMetadata.KeyId }));
};

const ensureTable = async (dynamodb: DynamoDBClient, tableName: string): Promise<void> => {
  const ask = () => dynamodb.send(new DescribeTableCommand({ TableName: tableName }));
  if (!(await exists(ask, "ResourceNotFoundException"))) await defineTable(dynamodb, tableName);
};

export const embeddedCloud = async (options: {
  readonly clock: Clock;
  /** The clock of the table's TTL alone. */
  readonly tableClock: Clock;
  readonly random: RandomSource;
  readonly tableName: string;
  readonly dataDir?: string | undefined;
}): Promise<Cloud> => {
  const { clock, tableClock, random, tableName, dataDir } = options;
  const embedded = await createEmbeddedAws({
    clock,
    tableClock,
    random,
    dataDir: dataDir === undefined ? undefined : join(dataDir, "aws"),
  });
  const { region } = embedded;
  const [account] = embedded.accounts;
  if (!account) throw new Error("the embedded AWS has no account");
  const { accountId, accessKeyId, secretAccessKey } = account;
  const credentials = { accessKeyId, secretAccessKey, accountId };
  const stock = new DynamoDBClient({ region, credentials, requestHandler: embedded.dynamo.requestHandler });
  const kms = new KMSClient({ region, credentials, requestHandler: embedded.requestHandler });
  await ensureKey(kms);
  await ensureTable(stock, tableName);
  const adapters = awsAdapters({
    region,
    clock,
    credentials: async () => credentials,
    requestHandler: embedded.requestHandler,
  });
  return {
    region,
    dynamodb: dynamoDbLike(stock),
    kms: kmsLike(kms),
    stock,
    keyId: KEY_ALIAS,
    aws: { ...adapters, region },
    awsEngine: {
      sleep: wait,
      aws: awsOver({
        region,
        random,
        sleep: wait,
        credentials: async () => credentials,
        requestHandler: { ...embedded.requestHandler },
      }),
    },
    embedded,
    close: () => embedded.close(),
  };
};

export const environmentCloud = async (options: {
  readonly clock: Clock;
  readonly tableName: string;
  readonly keyId?: string | undefined;
  /** Makes table and key where they are missing. */
  readonly create: boolean;
}): Promise<Cloud> => {
  const { clock, tableName, create } = options;
  const stock = new DynamoDBClient({});
  const kms = new KMSClient({});
  const region = await stock.config.region();
  if (create) {
    if (options.keyId === undefined) await ensureKey(kms);
    await ensureTable(stock, tableName);
  }
  return {
    region,
    dynamodb: dynamoDbLike(stock),
    kms: kmsLike(kms),
    stock,
    keyId: options.keyId ?? KEY_ALIAS,
    aws: { ...awsAdapters({ region, clock }), region },
    close: async () => {
      stock.destroy();
      kms.destroy();
    },
  };
};
