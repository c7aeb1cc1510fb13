import {
  AttributeType,
  Billing,
  CfnGlobalTable,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
} from "aws-cdk-lib/aws-dynamodb";
import { Key } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import {
  ATTRIBUTES,
  EXPIRY_INDEX,
  EXPIRY_INDEX_PARTITION_KEY,
  EXPIRY_INDEX_SORT_KEY,
  PARTITION_KEY,
  SORT_KEY,
} from "../src/contract/table.ts";
import { acknowledgeStateful } from "./findings.ts";
import { keyPolicy, tablePolicy } from "./key-policy.ts";
import type { Settings } from "./settings.ts";

export interface StatefulStackProps extends StackProps {
  readonly settings: Settings;
}

/**
 * What must survive: the key, the table, and the bucket for what the expiry stream could not process. Nothing
 * here is ever deleted or replaced by a deployment; removing the stack leaves all three behind.
 *
 * One key serves the data keys and the table at rest. A second would not make either safer: disabling this one
 * closes the vault anyway, and the key policy keeps the two uses apart.
 */
export class StatefulStack extends Stack {
  readonly key: Key;
  readonly table: TableV2;
  readonly failures: Bucket;
  /**
   * What the other stack imports. Exported whether used or not: when it turns to a restored table, this stack must not
   * try to remove an export that is still in use.
   */
  readonly exports: Readonly<Record<"keyArn" | "tableArn" | "tableName" | "streamArn" | "failuresArn", string>>;

  constructor(scope: Construct, id: string, props: StatefulStackProps) {
    super(scope, id, props);
    const { name } = props.settings;

    this.key = new Key(this, "Key", {
      alias: `alias/${name}`,
      description: `Zeroth ${name}: wraps the data keys`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      policy: keyPolicy(name),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    this.table = new TableV2(this, "Table", {
      // The first name is also the identity that keys are bound to; a restored table has another name, see
      // docs/deploy.md.
      tableName: name,
      partitionKey: { name: PARTITION_KEY, type: AttributeType.STRING },
      sortKey: { name: SORT_KEY, type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: EXPIRY_INDEX,
          partitionKey: { name: EXPIRY_INDEX_PARTITION_KEY, type: AttributeType.STRING },
          sortKey: { name: EXPIRY_INDEX_SORT_KEY, type: AttributeType.NUMBER },
          projectionType: ProjectionType.KEYS_ONLY,
        },
      ],
      billing: Billing.onDemand(),
      timeToLiveAttribute: ATTRIBUTES.timeToLive,
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      encryption: TableEncryptionV2.awsManagedKey(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: true,
      resourcePolicy: tablePolicy(name),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    // The construct renders a key of our own only into a stack bound to one Region; this one stays free of it.
    const resource = this.table.node.defaultChild;
    if (!(resource instanceof CfnGlobalTable)) throw new Error("the table has no CfnGlobalTable");
    resource.addPropertyOverride("Replicas.0.SSESpecification.KMSMasterKeyId", this.key.keyArn);

    this.failures = new Bucket(this, "Failures", {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      // Long enough to work a failure off by hand, short enough not to become a second store.
      lifecycleRules: [
        {
          expiration: Duration.days(90),
          noncurrentVersionExpiration: Duration.days(7),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });

    // What is put here is an event that an alarm counts. The construct's own way would bring a function of CDK's.
    const bucket = this.failures.node.defaultChild;
    if (!(bucket instanceof CfnBucket)) throw new Error("the bucket has no CfnBucket");
    bucket.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };

    const streamArn = this.table.tableStreamArn;
    if (streamArn === undefined) throw new Error("the table has no stream");
    this.exports = {
      keyArn: this.exportValue(this.key.keyArn),
      tableArn: this.exportValue(this.table.tableArn),
      tableName: this.exportValue(this.table.tableName),
      streamArn: this.exportValue(streamArn),
      failuresArn: this.exportValue(this.failures.bucketArn),
    };

    acknowledgeStateful(this);
    new CfnOutput(this, "TableName", { value: this.table.tableName });
    new CfnOutput(this, "KeyArn", { value: this.key.keyArn });
    new CfnOutput(this, "FailureBucket", {
      value: this.failures.bucketName,
      description: "Expiry records that could not be processed; one object each",
    });
  }
}
