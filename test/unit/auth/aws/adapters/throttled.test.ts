import { describe, expect, it } from "@jest/globals";
import { awsAdapters } from "../../../../../src/auth/aws/adapters/index.ts";
import { type Directory, LookupFailed } from "../../../../../src/auth/aws/ports.ts";
import { createEmbeddedAws } from "../../../../../src/local/aws/index.ts";
import { systemRandom } from "../../../../../src/std/random.ts";
import { systemClock } from "../../../../../src/std/time.ts";
import { inProcess } from "../../../local/aws/support.ts";

/** F22: an AWS that is throttled is never mistaken for one that knows no such role or machine. */

const SCOPE = { account: "111122223333", partition: "aws" } as const;
const iamThrottled =
  '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>';
const ec2Throttled =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>r</RequestID></Response>';

const throttled = async (): Promise<Directory> => {
  const aws = await createEmbeddedAws({ clock: systemClock, random: systemRandom });
  const { requestHandler } = inProcess(aws);
  const handle = async (request: { readonly hostname?: string }) => ({
    response: {
      statusCode: 503,
      headers: { "content-type": "text/xml" },
      body: Buffer.from(request.hostname?.startsWith("ec2") ? ec2Throttled : iamThrottled),
    },
  });
  return awsAdapters({
    region: "us-east-1",
    clock: systemClock,
    credentials: async () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" }),
    requestHandler: { ...requestHandler, handle },
    environment: {},
  }).directory;
};

describe("F22 look-ups in an AWS that is throttled", () => {
  it.each<[string, (directory: Directory) => Promise<unknown>]>([
    ["IAM GetRole", (directory) => directory.role(SCOPE, "app")],
    ["IAM GetUser", (directory) => directory.user(SCOPE, "app")],
    ["IAM GetInstanceProfile", (directory) => directory.instanceProfile(SCOPE, "app")],
    ["EC2 DescribeInstances", (directory) => directory.instance(SCOPE, "us-east-1", "i-0abc1234def567890")],
  ])("%s fails, and finds nobody missing", async (_, ask) => {
    const started = performance.now();
    await expect(ask(await throttled())).rejects.toThrow(LookupFailed);
    expect(performance.now() - started).toBeLessThan(60_000);
  });
});
