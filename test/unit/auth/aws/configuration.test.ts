import { describe, expect, it } from "@jest/globals";
import { createWorld, OTHER, wireOf } from "./support.ts";

const SET = {
  access_key: "",
  endpoint: "",
  iam_endpoint: "",
  sts_endpoint: "",
  sts_region: "",
  use_sts_region_from_client: false,
  iam_server_id_header_value: "",
  allowed_sts_header_values: [],
  max_retries: -1,
  replay_window: 5,
};

describe("config/client", () => {
  it("is 404 until it is written, and again once deleted", async () => {
    const world = createWorld();
    await expect(world.request("read", "config/client")).resolves.toMatchObject({ status: 404 });
    await world.write("config/client", {});
    expect((await world.request("read", "config/client")).data).toEqual(SET);
    await world.request("delete", "config/client");
    await expect(world.request("read", "config/client")).resolves.toMatchObject({ status: 404 });
  });

  it("keeps what a write does not name, and never shows the secret", async () => {
    const world = createWorld();
    await world.write("config/client", { access_key: "A", secret_key: "s3cret" });
    await world.write("config/client", { max_retries: 0, allowed_sts_header_values: "x-forwarded-for,x-amz-foo" });
    const { data } = await world.request("read", "config/client");
    expect(data).toEqual({
      ...SET,
      access_key: "A",
      max_retries: 0,
      allowed_sts_header_values: ["X-Forwarded-For", "X-Amz-Foo"],
    });
  });

  it.each([
    "http://sts.amazonaws.com",
    "https://sts.evil.example",
    "https://169.254.169.254",
    "https://localhost:8080",
    "https://sts.amazonaws.com.evil.example",
    "https://sts.amazonaws.com@evil.example",
    "https://sts.nowhere-1.amazonaws.com",
    "https://ec2.us-east-1.amazonaws.com",
  ])("V10 does not take %s for STS", async (sts_endpoint) => {
    const world = createWorld();
    expect(await wireOf(world.request("update", "config/client", { sts_endpoint }))).toMatch(/sts_endpoint/);
  });

  it.each([
    ["iam_endpoint", "https://ec2-203-0-113-9.compute-1.amazonaws.com"],
    ["iam_endpoint", "https://bucket.s3.amazonaws.com"],
    ["iam_endpoint", "https://iam.attacker.s3.amazonaws.com"],
    ["iam_endpoint", "https://ec2.us-east-1.amazonaws.com"],
    ["endpoint", "https://ec2-203-0-113-9.compute-1.amazonaws.com"],
    ["endpoint", "https://ec2.amazonaws.com.evil.example"],
    ["endpoint", "https://vpce-1.ec2.evil.s3.amazonaws.com"],
    ["endpoint", "https://iam.amazonaws.com"],
  ])("V10 refuses for %s a host that a customer of AWS can own: %s", async (name, url) => {
    const world = createWorld();

    expect(await wireOf(world.request("update", "config/client", { [name]: url }))).toContain(`${name} must be`);
  });

  it.each([
    ["iam_endpoint", "https://iam.amazonaws.com"],
    ["iam_endpoint", "https://iam.us-gov.amazonaws.com"],
    ["iam_endpoint", "https://iam-fips.amazonaws.com/"],
    ["iam_endpoint", "https://iam.cn-north-1.amazonaws.com.cn"],
    ["iam_endpoint", "https://iam.global.api.aws"],
    ["endpoint", "https://ec2.eu-central-1.amazonaws.com"],
    ["endpoint", "https://ec2.eu-central-1.api.aws"],
    ["endpoint", "https://ec2-fips.us-east-1.amazonaws.com"],
    ["endpoint", "https://vpce-0a1b2c3d-x.ec2.eu-central-1.vpce.amazonaws.com"],
  ])("takes for %s the service's own %s", async (name, url) => {
    const world = createWorld();

    await world.write("config/client", { [name]: url });

    expect((await world.request("read", "config/client")).data).toMatchObject({ [name]: url });
  });
});

describe("config/identity", () => {
  const DEFAULTS = {
    iam_alias: "role_id",
    iam_metadata: ["account_id", "auth_type"],
    ec2_alias: "role_id",
    ec2_metadata: ["account_id", "auth_type"],
  };

  it("reads its defaults until it is written", async () => {
    const world = createWorld();
    expect((await world.request("read", "config/identity")).data).toEqual(DEFAULTS);
  });

  it("takes selections, nothing, and the default list again", async () => {
    const world = createWorld();
    await world.write("config/identity", { iam_alias: "unique_id", iam_metadata: "client_arn", ec2_metadata: [] });
    expect((await world.request("read", "config/identity")).data).toEqual({
      ...DEFAULTS,
      iam_alias: "unique_id",
      iam_metadata: ["client_arn"],
      ec2_metadata: [],
    });
    await world.write("config/identity", { iam_metadata: "default" });
    expect((await world.request("read", "config/identity")).data.iam_metadata).toEqual(DEFAULTS.iam_metadata);
  });

  it.each([
    [{ iam_alias: "x" }, 'iam_alias of "x" not in set of allowed values: [role_id unique_id full_arn canonical_arn]'],
    [{ ec2_alias: "x" }, 'ec2_alias of "x" not in set of allowed values: [role_id instance_id image_id]'],
    [
      { iam_metadata: "default,client_arn" },
      `["default" "client_arn"] contains default - default can't be used in combination with other fields`,
    ],
    [
      { ec2_metadata: "x" },
      '"x" contains an unavailable field, please select from "account_id, ami_id, auth_type, instance_id, region"',
    ],
  ])("refuses %j", async (body, wire) => {
    const world = createWorld();
    expect(await wireOf(world.request("update", "config/identity", body))).toBe(wire);
  });
});

describe("config/sts", () => {
  const ROLE = `arn:aws:iam::${OTHER}:role/look`;

  it("holds one role for each account, and lists them", async () => {
    const world = createWorld();
    await world.write(`config/sts/${OTHER}`, { sts_role: ROLE, external_id: "e" });
    expect((await world.request("read", `config/sts/${OTHER}`)).data).toEqual({ sts_role: ROLE, external_id: "e" });
    expect((await world.request("list", "config/sts")).data).toEqual({ keys: [OTHER] });
    await world.request("delete", `config/sts/${OTHER}`);
    await expect(world.request("read", `config/sts/${OTHER}`)).resolves.toMatchObject({ status: 404 });
  });

  it.each([
    [{}, "missing sts role"],
    [{ sts_role: "" }, "sts role cannot be empty"],
    [{ sts_role: "look" }, "sts role must be the ARN of an IAM role"],
    [{ sts_role: "arn:aws:iam::333333333333:role/look" }, "sts role belongs to another account"],
  ])("refuses %j", async (body, wire) => {
    const world = createWorld();
    expect(await wireOf(world.request("update", `config/sts/${OTHER}`, body))).toBe(wire);
  });
});
