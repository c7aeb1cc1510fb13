import { STSClient } from "@aws-sdk/client-sts";
import { expect, test } from "@jest/globals";
import { dnsSuffixOf, isRegion } from "../../../src/std/aws-region.ts";

const sdk = new STSClient({ region: "eu-central-1" });

test.each([
  "us-west-2",
  "ap-southeast-7",
  "mx-central-1",
  "cn-northwest-1",
  "eusc-de-east-1",
  "us-gov-west-1",
  "us-iso-west-1",
  "us-isob-east-1",
  "eu-isoe-west-1",
  "us-isof-south-1",
  "xx-nowhere-9",
])("hosts of %s end as the SDK has them", (region) => {
  const { url } = sdk.config.endpointProvider({ Region: region, UseDualStack: false, UseFIPS: false });
  expect(isRegion(region)).toBe(true);
  expect(url.hostname).toBe(`sts.${region}.${dnsSuffixOf(region)}`);
});

test.each(["", "eu", "eu-west", "EU-WEST-1", "eu-west-1.evil.example", "eu-west-1/", "eu-a-b-c-d-1", "eu-west-100"])(
  "%j has not the form of a region",
  (text) => {
    expect(isRegion(text)).toBe(false);
  },
);
