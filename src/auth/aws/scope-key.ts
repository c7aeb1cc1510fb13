import type { AccountScope } from "./ports.ts";

/** Everything an answer depends on besides its own name: what every cache of answers, clients and keys is keyed by. */
export const scopeKey = (scope: AccountScope): readonly (string | undefined)[] => [
  scope.partition,
  scope.account,
  scope.via?.roleArn,
  scope.via?.externalId,
  scope.via?.stsRegion,
  scope.keys?.accessKeyId,
  scope.endpoints?.iam,
  scope.endpoints?.ec2,
];
