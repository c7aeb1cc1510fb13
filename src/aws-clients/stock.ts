import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { getEndpointFromInstructions, toEndpointV1 } from "@smithy/core/endpoints";
import type { Endpoint, Provider } from "@smithy/types";
import type { ClientOptions } from "./client.ts";
import { DynamoDb } from "./dynamodb.ts";
import { Kms } from "./kms.ts";

/**
 * What stock clients find out about where they run: endpoints by the SDK's rules and settings, credentials by its chain.
 * The local server has such clients anyway, for making its table and key; a function loads this only where its
 * environment asks for something unusual.
 */

const dynamoDbEndpoint =
  ({ config }: DynamoDBClient): Provider<Endpoint> =>
  async () =>
    toEndpointV1(await getEndpointFromInstructions({}, DescribeTableCommand, config));

const kmsEndpoint =
  ({ config }: KMSClient): Provider<Endpoint> =>
  async () =>
    toEndpointV1(await getEndpointFromInstructions({}, DescribeKeyCommand, config));

/** A client that sends where the stock one does, as the same caller, through the same handler. */
export const dynamoDbLike = (stock: DynamoDBClient, given: Partial<ClientOptions> = {}): DynamoDb => {
  const { region, credentials, requestHandler } = stock.config;
  return new DynamoDb({ region, credentials, requestHandler, endpoint: dynamoDbEndpoint(stock), ...given });
};

/** See `dynamoDbLike`. */
export const kmsLike = (stock: KMSClient, given: Partial<ClientOptions> = {}): Kms => {
  const { region, credentials, requestHandler } = stock.config;
  return new Kms({ region, credentials, requestHandler, endpoint: kmsEndpoint(stock), ...given });
};

/** Where the SDK's settings lead in a region. */
export const endpointIn = (service: "dynamodb" | "kms", region: string): Promise<Endpoint> =>
  service === "kms" ? kmsEndpoint(new KMSClient({ region }))() : dynamoDbEndpoint(new DynamoDBClient({ region }))();

/** Roles, containers, files: whatever the SDK looks for by itself. */
export const defaultCredentials = () => fromNodeProviderChain();
