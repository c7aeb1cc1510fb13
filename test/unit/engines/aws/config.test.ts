import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { USERNAME_TEMPLATE } from "../../../../src/engines/aws/usernames.ts";
import { type AwsServer, makeAwsServer, POLICY } from "./support/aws-server.ts";

let server: AwsServer;
beforeAll(async () => {
  server = await makeAwsServer();
});
afterAll(() => server.close());

const KEYS = { access_key: "AKIAIOSFODNN7EXAMPLE", secret_key: "wJalrXUtnFEMI" };
const write = (path: string, body: unknown) => server.call("POST", `aws/${path}`, { body });
const errorOf = (text: string): string => JSON.parse(text).errors[0];

describe("config/root", () => {
  it("is absent until it is written, and never shows its secret", async () => {
    await server.post("sys/mounts/empty", { type: "aws" });
    const before = await server.call("GET", "empty/config/root");
    await server.post("empty/config/root", { ...KEYS, region: "eu-west-1" });
    const { data, text } = await server.call("GET", "empty/config/root");

    expect(before.status).toBe(404);
    expect(text).not.toContain(KEYS.secret_key);
    expect(data).toEqual({
      access_key: KEYS.access_key,
      region: "eu-west-1",
      iam_endpoint: "",
      sts_endpoint: "",
      sts_region: "",
      sts_fallback_endpoints: [],
      sts_fallback_regions: [],
      max_retries: -1,
      username_template: USERNAME_TEMPLATE,
      wait_for_keys: true,
      role_arn: "",
      identity_token_audience: "",
      identity_token_ttl: 0,
      rotation_period: 0,
      rotation_schedule: "",
      rotation_window: 0,
      disable_automated_rotation: false,
    });
  });

  it("is replaced whole by a write: what is not named is reset", async () => {
    await server.post("empty/config/root", { region: "eu-west-1" });
    const { data } = await server.call("GET", "empty/config/root");

    expect([data["access_key"], data["region"]]).toEqual(["", "eu-west-1"]);
  });

  it.each([
    [{ access_key: "AKIA" }, "access_key and secret_key belong together"],
    [{ ...KEYS, region: "x.attacker.example/" }, "region"],
    [{ ...KEYS, region: "s3" }, "region"],
    [{ ...KEYS, iam_endpoint: "http://iam.example.com" }, "iam_endpoint must be an https URL"],
    [{ ...KEYS, iam_endpoint: "https://u:p@iam.example.com" }, "iam_endpoint must be an https URL"],
    [{ ...KEYS, sts_endpoint: "https://sts.example.com/path" }, "sts_endpoint must be an https URL"],
    [{ ...KEYS, sts_endpoint: "sts" }, "sts_endpoint must be an https URL"],
    [{ ...KEYS, sts_fallback_endpoints: ["https://a.example"] }, "must be the same length"],
    [{ ...KEYS, max_retries: 11 }, "max_retries must be between"],
    [{ ...KEYS, max_retries: "many" }, 'error converting input for field "max_retries"'],
    [{ ...KEYS, username_template: "{{ nope }}" }, "username_template: unable to initialize username template"],
    [{ ...KEYS, username_template: "{{ .RoleName }}" }, "username_template: invalid username template"],
    [{ ...KEYS, identity_token_audience: "a" }, "only one of 'access_key' or 'identity_token_audience'"],
    [{ identity_token_audience: "a", role_arn: "arn:aws:iam::123456789012:role/x" }, "identity_token_audience is not"],
    [{ ...KEYS, role_arn: "arn:aws:iam::123456789012:role/x" }, "role_arn is not supported here"],
  ])("refuses %j", async (body, words) => {
    const { status, text } = await write("config/root", body);

    expect(status).toBe(400);
    expect(errorOf(text)).toContain(words);
    expect(text).not.toContain(KEYS.secret_key);
  });
});

describe("config/lease", () => {
  it("is absent until it is written, and reads back as Go prints durations", async () => {
    const before = await server.call("GET", "aws/config/lease");
    await server.post("aws/config/lease", { lease: "30m", lease_max: "12h" });

    expect(before.status).toBe(404);
    expect((await server.call("GET", "aws/config/lease")).data).toEqual({ lease: "30m0s", lease_max: "12h0m0s" });
  });

  it.each([
    [{ lease_max: "1h" }, "'lease' is a required parameter"],
    [{ lease: "1h" }, "'lease_max' is a required parameter"],
    [{ lease: "x", lease_max: "1h" }, 'Invalid lease: time: invalid duration "x"'],
    [{ lease: "1h", lease_max: "10" }, 'Invalid lease_max: time: missing unit in duration "10"'],
    [{ lease: "-1h", lease_max: "1h" }, "Invalid lease: it is negative"],
  ])("refuses %j", async (body, words) => {
    const { status, text } = await write("config/lease", body);

    expect([status, errorOf(text)]).toEqual([400, words]);
  });
});

const ROLE_ARN = "arn:aws:iam::123456789012:role/deploy";
const POLICY_ARN = "arn:aws:iam::aws:policy/ReadOnlyAccess";

describe("a role", () => {
  it("reads back what was written, and null where nothing was", async () => {
    await server.post("aws/roles/deploy@prod", {
      credential_type: "assumed_role",
      role_arns: `${ROLE_ARN}, ${ROLE_ARN}2`,
      policy_document: `{ "Version": "2012-10-17",\n "Statement": [ { "Sid": "a \\" b" , "N": 1.0 } ] }`,
      session_tags: ["team=blue"],
      default_sts_ttl: "30m",
      max_sts_ttl: 3600,
    });
    const { data } = await server.call("GET", "aws/roles/deploy@prod");

    expect(data).toEqual({
      credential_type: "assumed_role",
      role_arns: [ROLE_ARN, `${ROLE_ARN}2`],
      policy_arns: null,
      policy_document: '{"Version":"2012-10-17","Statement":[{"Sid":"a \\" b","N":1.0}]}',
      iam_groups: null,
      iam_tags: null,
      session_tags: { team: "blue" },
      external_id: "",
      default_sts_ttl: 1800,
      max_sts_ttl: 3600,
      user_path: "",
      permissions_boundary_arn: "",
      mfa_serial_number: "",
    });
    expect((await server.call("LIST", "aws/roles")).data["keys"]).toEqual(["app", "deploy@prod"]);
  });

  it("keeps what a later write does not name, and is deleted whether it is there or not", async () => {
    await server.post("aws/roles/kept", { credential_type: "iam_user", policy_arns: POLICY_ARN });
    await server.post("aws/roles/kept", { iam_groups: "people" });
    const { data } = await server.call("GET", "aws/roles/kept");
    const gone = await Promise.all(["kept", "none"].map((name) => server.call("DELETE", `aws/roles/${name}`)));

    expect([data["policy_arns"], data["iam_groups"]]).toEqual([[POLICY_ARN], ["people"]]);
    expect([...gone.map(({ status }) => status), (await server.call("GET", "aws/roles/kept")).status]).toEqual([
      204, 204, 404,
    ]);
  });

  const multi = (...texts: readonly string[]): string =>
    `error(s) validating supplied role data: ${JSON.stringify(
      `${texts.length} ${texts.length === 1 ? "error" : "errors"} occurred:\n${texts.map((one) => `\t* ${one}\n`).join("")}\n`,
    )}`;

  it.each([
    [{}, "did not supply credential_type"],
    [{ credential_type: "x" }, "unrecognized credential type: x"],
    [
      { credential_type: "iam_user", default_sts_ttl: 900 },
      "default_sts_ttl parameter only valid for assumed_role, federation_token, and session_token credential types",
    ],
    [
      { credential_type: "assumed_role", default_sts_ttl: 3600, max_sts_ttl: 1800 },
      '"default_sts_ttl" value must be less than or equal to "max_sts_ttl" value',
    ],
    [
      { credential_type: "assumed_role", user_path: "/a/" },
      "user_path parameter only valid for iam_user credential type",
    ],
    [
      { credential_type: "session_token", policy_document: POLICY },
      "cannot supply a policy or role when using credential_type session_token",
    ],
    [
      { credential_type: "iam_user", role_arns: ROLE_ARN },
      "cannot supply role_arns when credential_type isn't assumed_role",
    ],
    [
      { credential_type: "iam_user", session_tags: { a: "b" } },
      "cannot supply session_tags when credential_type isn't assumed_role",
    ],
    [
      { credential_type: "iam_user", external_id: "abc" },
      "cannot supply external_id when credential_type isn't assumed_role",
    ],
    [
      { credential_type: "federation_token", permissions_boundary_arn: POLICY_ARN },
      "cannot supply permissions_boundary_arn when credential_type isn't iam_user",
    ],
  ])("of %j is refused with Vault's text", async (body, text) => {
    const answer = await write("roles/bad", body);

    expect([answer.status, errorOf(answer.text)]).toEqual([400, multi(text)]);
  });

  it.each([
    [{ credential_type: "iam_user", user_path: "a" }, "user_path"],
    [{ credential_type: "iam_user", policy_arns: "s3" }, "policy_arns"],
    [{ credential_type: "iam_user", permissions_boundary_arn: ROLE_ARN }, "permissions_boundary_arn"],
    [{ credential_type: "iam_user", iam_groups: "a/b" }, "iam_groups"],
    [{ credential_type: "iam_user", iam_tags: { "aws:x": "y" } }, "iam_tags"],
    [{ credential_type: "iam_user", iam_tags: { a: "\u0007" } }, "iam_tags"],
    [{ credential_type: "iam_user", iam_tags: { a: "1", A: "2" } }, "iam_tags"],
    [
      {
        credential_type: "iam_user",
        iam_tags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, ""])),
      },
      "iam_tags",
    ],
    [{ credential_type: "assumed_role", role_arns: "arn:aws:iam::1:role/x" }, "role_arns"],
    [{ credential_type: "assumed_role", external_id: "a b" }, "external_id"],
    [{ credential_type: "session_token", mfa_serial_number: "x" }, "mfa_serial_number"],
    [{ credential_type: "iam_user", policy_document: "{" }, "cannot parse policy document"],
    [{ credential_type: "iam_user", policy_document: "[]" }, "cannot parse policy document"],
    [{ credential_type: "iam_user", policy_document: `{"a":"${"x".repeat(11_000)}"}` }, "policy_document"],
    [{ credential_type: "assumed_role", max_sts_ttl: "-1h" }, "max_sts_ttl"],
  ])("of %j is refused, and the field is named", async (body, field) => {
    const answer = await write("roles/bad", body);

    expect(answer.status).toBe(400);
    expect(errorOf(answer.text)).toContain(field);
  });
});

const WARNING = "Detected use of legacy role or policy parameter. Please upgrade to use the new parameters.";

describe("a role of the old form", () => {
  it.each([
    [{ arn: ROLE_ARN }, "assumed_role"],
    [{ arn: POLICY_ARN }, "iam_user"],
    [{ policy: POLICY }, "iam_user,federation_token"],
  ])("%j becomes %s, with a warning", async (body, type) => {
    const written = await write("roles/old", body);
    const { data } = await server.call("GET", "aws/roles/old");

    expect([written.status, written.body["warnings"]]).toEqual([200, [WARNING]]);
    expect(data["credential_type"]).toBe(type);
  });

  it.each([
    [{ arn: ROLE_ARN, policy: POLICY }, "only one of policy or arn should be provided"],
    [
      { arn: ROLE_ARN, credential_type: "iam_user" },
      "cannot supply deprecated role or policy parameters with an explicit credential_type",
    ],
    [{ arn: ROLE_ARN, role_arns: ROLE_ARN }, "cannot supply deprecated role or policy parameters with role_arns"],
    [{ policy: "nothing" }, 'unable to parse supplied data: "nothing"'],
    [{ arn: "arn:aws:s3:::x" }, 'unable to parse supplied data: "arn:aws:s3:::x"'],
  ])("%j is refused", async (body, words) => {
    const { status, text } = await write("roles/bad", body);

    expect(status).toBe(400);
    expect(errorOf(text)).toContain(words);
  });

  it("gives each kind by its own path alone", async () => {
    await write("roles/old", { arn: ROLE_ARN });
    await write("roles/older", { arn: POLICY_ARN });
    const texts = await Promise.all(["creds/old", "sts/older"].map((path) => server.call("GET", `aws/${path}`)));

    expect(texts.map(({ status, text }) => [status, errorOf(text)])).toEqual([
      [
        400,
        "attempted to retrieve assumed_role credentials through the creds path; this is not allowed for legacy roles",
      ],
      [400, "attempted to retrieve iam_user credentials through the sts path; this is not allowed for legacy roles"],
    ]);
  });
});

it("automated rotation of the key is ignored, with a warning", async () => {
  const { status, body } = await server.call("POST", "empty/config/root", {
    body: { ...KEYS, rotation_period: "24h" },
  });

  expect([status, body["warnings"]]).toEqual([
    200,
    ["Automated rotation is not supported; call config/rotate-root instead"],
  ]);
});

it("credentials of a role that does not exist are refused by its name", async () => {
  const { status, text } = await server.call("GET", "aws/creds/nope");

  expect([status, errorOf(text)]).toEqual([400, 'Role "nope" not found']);
});
