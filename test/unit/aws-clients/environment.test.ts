import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { QueryCommand } from "../../../src/aws-clients/dynamodb.ts";
import { createClients, credentialsOf, endpointOf } from "../../../src/aws-clients/environment.ts";
import { endpointIn } from "../../../src/aws-clients/stock.ts";
import { createLine } from "./support.ts";

const before = { ...process.env };
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
  process.env["AWS_CONFIG_FILE"] = process.env["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere";
  process.env["AWS_EC2_METADATA_DISABLED"] = "true";
  // The rules ask whose account it is.
  process.env["AWS_ACCESS_KEY_ID"] = process.env["AWS_SECRET_ACCESS_KEY"] = "none";
});
afterEach(() => {
  process.env = { ...before };
});

const SERVICES = ["dynamodb", "kms"] as const;
const REGIONS = (
  "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 " +
  "ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 " +
  "eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 " +
  "me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2 " +
  "cn-north-1 cn-northwest-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isof-south-1 " +
  "eu-isoe-west-1 eusc-de-east-1"
).split(" ");

/** Without what only parsing leaves behind. */
const placeOf = ({ protocol, hostname, port, path }: Awaited<ReturnType<typeof endpointIn>>) => ({
  protocol,
  hostname,
  port,
  path,
});

describe("the address of a service", () => {
  it.each(REGIONS)("in %s is the one the SDK's rules give", async (region) => {
    for (const service of SERVICES) {
      expect(placeOf(await endpointOf(service, region, {})())).toEqual(placeOf(await endpointIn(service, region)));
    }
  });

  it("is said without asking the SDK where nothing is unusual", async () => {
    const endpoint = await endpointOf("dynamodb", "eu-central-1", {
      AWS_REGION: "eu-central-1",
      AWS_ENDPOINT_URL: "",
    })();
    expect(placeOf(endpoint)).toEqual({
      protocol: "https:",
      hostname: "dynamodb.eu-central-1.amazonaws.com",
      port: undefined,
      path: "/",
    });
  });

  it.each([
    [{ AWS_USE_FIPS_ENDPOINT: "true" }, "dynamodb-fips.us-east-1.amazonaws.com", "kms-fips.us-east-1.amazonaws.com"],
    [{ AWS_USE_DUALSTACK_ENDPOINT: "true" }, "dynamodb.us-east-1.api.aws", "kms.us-east-1.api.aws"],
    [{ AWS_ENDPOINT_URL: "https://double.example" }, "double.example", "double.example"],
    [{ AWS_ENDPOINT_URL_KMS: "https://kms.example" }, "dynamodb.us-east-1.amazonaws.com", "kms.example"],
    [
      { AWS_ENDPOINT_URL: "https://double.example", AWS_ENDPOINT_URL_DYNAMODB: "https://table.example" },
      "table.example",
      "double.example",
    ],
  ])("is what %o asks for", async (settings, table, keys) => {
    Object.assign(process.env, settings);
    const hosts = await Promise.all(
      SERVICES.map(async (service) => (await endpointOf(service, "us-east-1", process.env)()).hostname),
    );
    expect(hosts).toEqual([table, keys]);
  });
});

describe("the credentials of a function", () => {
  it("are those Lambda sets", () => {
    const set = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret", AWS_SESSION_TOKEN: "session" };
    expect(credentialsOf(set)).toEqual({ accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken: "session" });
  });

  it("are looked for by the SDK where Lambda sets none", async () => {
    const found = credentialsOf({});
    if (typeof found !== "function") throw new Error("they are there already");
    process.env["AWS_ACCESS_KEY_ID"] = "AKIALATE";
    process.env["AWS_SECRET_ACCESS_KEY"] = "late";
    expect(await found()).toMatchObject({ accessKeyId: "AKIALATE", secretAccessKey: "late" });
  });

  it("sign what its clients send", async () => {
    const line = createLine();
    const environment = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "secret" };
    const { dynamodb } = createClients({ region: "us-east-1", environment, requestHandler: line.handler });
    await dynamodb.send(new QueryCommand({ TableName: "t" }));
    expect(line.sent[0]?.hostname).toBe("dynamodb.us-east-1.amazonaws.com");
    expect(line.sent[0]?.headers["authorization"]).toMatch(/Credential=AKIA\/\d{8}\/us-east-1\/dynamodb\//);
  });
});
