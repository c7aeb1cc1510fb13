import { describe, expect, it } from "@jest/globals";
import { readSettings } from "../../lib/settings.ts";

describe("the settings", () => {
  it("have a default for everything", () => {
    expect(readSettings({})).toEqual({
      name: "zeroth",
      logDays: 365,
      logClass: "STANDARD",
      platformLines: "all",
      throttleRate: 2000,
      throttleBurst: 2000,
      loginRate: 200,
      loginBurst: 400,
      ui: true,
      uiRate: 200,
      uiBurst: 400,
      alarms: "few",
      concurrencyAlarm: 800,
      revokeConcurrency: 20,
      readCacheMs: 0,
    });
  });

  it("read numbers and lists from the text of a command line", () => {
    const given = { "zeroth:logDays": "30", "zeroth:readerRoles": "arn:aws:iam::1:role/a, arn:aws:iam::1:role/b" };

    expect(readSettings(given)).toMatchObject({
      logDays: 30,
      readerRoles: ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/b"],
    });
  });

  it("leave other people's context alone", () => {
    expect(() => readSettings({ "@aws-cdk/core:anything": true, other: 1 })).not.toThrow();
  });

  it.each([
    ["a key nobody knows", { "zeroth:throtleRate": "10" }, /throtleRate/],
    ["a shape of alarms nobody knows", { "zeroth:alarms": "none" }, /alarms/],
    ["an invalid name", { "zeroth:name": "Prod_1" }, /2 to 24/],
    ["a retention CloudWatch does not offer", { "zeroth:logDays": "31" }, /logDays/],
    ["a class CloudWatch does not offer", { "zeroth:logClass": "CHEAP" }, /logClass/],
    ["a domain name without its certificate", { "zeroth:domainName": "v.example.org" }, /belong together/],
    ["subnets without security groups", { "zeroth:subnets": "subnet-01234567" }, /belong together/],
    ["subnets for logins without security groups", { "zeroth:loginSubnets": "subnet-01234567" }, /belong together/],
    ["a subnet for logins that is none", { "zeroth:loginSubnets": "vpc-01234567" }, /loginSubnets/],
    [
      "reachable ranges outside a VPC",
      { "zeroth:reachable": "10.0.0.0/16" },
      /reachable needs subnets or loginSubnets/,
    ],
    ["a reachable range that is not one", { "zeroth:reachable": "10.0.0.0/33" }, /must be a range/],
    ["a path for users without a boundary", { "zeroth:issuedUsersPath": "/zeroth/" }, /belong together/],
    [
      "all users of an account as a path",
      { "zeroth:issuedUsersPath": "/", "zeroth:issuedUsersBoundary": "arn:aws:iam::1:policy/b" },
      /path of IAM/,
    ],
    ["a restored table without its stream", { "zeroth:restoredTable": "t-2" }, /belong together/],
    ["client certificates without a domain name", { "zeroth:truststore": "s3://b/k" }, /truststore needs domainName/],
    ["too few environments for revocation", { "zeroth:revokeConcurrency": "4" }, /revokeConcurrency/],
    ["an operator of any account", { "zeroth:operators": "arn:aws:iam::*:role/admin" }, /operators/],
    ["an operator with a * inside", { "zeroth:operators": "arn:aws:iam::123456789012:role/*-admin" }, /operators/],
    [
      "any user of a database",
      { "zeroth:databaseUsers": "arn:aws:rds-db:eu-central-1:123456789012:dbuser:db-ABC/*" },
      /databaseUsers/,
    ],
    [
      "a user of any database",
      { "zeroth:databaseUsers": "arn:aws:rds-db:eu-central-1:123456789012:dbuser:*/zeroth" },
      /databaseUsers/,
    ],
    ["reads that are a minute late", { "zeroth:readCacheMs": "60000" }, /readCacheMs/],
    ["an ARN of another service", { "zeroth:alarmTopic": "arn:aws:sqs:us-east-1:1:q" }, /sns/],
  ])("refuse %s", (_what, context, message) => {
    expect(() => readSettings(context)).toThrow(message);
  });
});
