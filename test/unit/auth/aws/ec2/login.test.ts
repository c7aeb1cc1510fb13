import { beforeAll, describe, expect, it } from "@jest/globals";
import { createDocumentSigner, type DocumentSigner } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { failure, NOW, OTHER, OWN, wireOf } from "../support.ts";
import { AMI, type Ec2World, ec2World, ID, INSTANCE, PROFILE, ROLE_ARN, STARTED } from "./support.ts";

/** A login with an identity document: what it needs, in Vault's order and with Vault's texts. */

let signer: DocumentSigner;
beforeAll(async () => {
  signer = await createDocumentSigner(NOW);
});
const world = (role: JsonObject = {}): Promise<Ec2World> => ec2World(signer, role);

describe("a login with an identity document", () => {
  it("gives what the role says, and tells who it was", async () => {
    const w = await world({ token_max_ttl: "2h" });
    const grant = await w.enter({ nonce: "n" });
    expect(grant).toMatchObject({
      displayName: "",
      token: { policies: ["web"], ttl: 3600, maxTtl: 7200 },
      metadata: { role_tag_max_ttl: "0s", role: "web", account_id: OWN, auth_type: "ec2" },
      role: "web",
      renewable: true,
    });
    expect(Object.keys(grant.metadata).sort()).toEqual(["account_id", "auth_type", "role", "role_tag_max_ttl"]);
    expect(grant.alias?.metadata).toEqual({ account_id: OWN, auth_type: "ec2" });
    expect(grant.alias?.name).toBe((await w.request("read", "role/web")).data.role_id);
  });

  it("shows the metadata that `ec2_metadata` selects, and goes by the alias of `ec2_alias`", async () => {
    const w = await world();
    const ec2_metadata = "account_id,ami_id,auth_type,instance_id,region";
    for (const [ec2_alias, name] of [
      ["instance_id", ID],
      ["image_id", AMI],
    ] as const) {
      await w.write("config/identity", { ec2_alias, ec2_metadata });
      const grant = await w.enter({ nonce: "n" });
      const shown = { account_id: OWN, ami_id: AMI, auth_type: "ec2", instance_id: ID, region: "us-east-1" };
      expect(grant.alias).toEqual({ name, metadata: shown });
      expect(grant.metadata).toEqual({ role: "web", role_tag_max_ttl: "0s", ...shown });
    }
    await w.write("config/identity", { ec2_metadata: "" });
    expect((await w.enter({ nonce: "n" })).alias?.metadata).toEqual({});
  });

  it("40 takes PKCS#7 with and without line breaks, and the document with its signature", async () => {
    const w = await world();
    const { pkcs7, ...rest } = w.body({ nonce: "n" });
    const inLines = String(pkcs7);
    expect(inLines).toContain("\n");
    await w.send({ ...rest, pkcs7: inLines });
    await w.send({ ...rest, pkcs7: inLines.replaceAll("\n", "") });
    await w.send({ ...rest, pkcs7: inLines.replaceAll("\n", "\r\n") });
    const document = Buffer.from(documentIn(w));
    await w.send({ ...rest, identity: document.toString("base64"), signature: signer.signature(document) });
  });

  it("takes the role named after the image where none is named", async () => {
    const w = await world();
    const { role: _, ...unnamed } = w.body({ nonce: "n" });
    expect(await wireOf(w.send(unnamed))).toBe(`entry for role "${AMI}" not found`);
    await w.write(`role/${AMI}`, { auth_type: "ec2", bound_ami_id: AMI });
    expect((await w.send(unnamed)).role).toBe(AMI);
    expect((await w.send({ ...unnamed, role: "" })).role).toBe(AMI);
  });

  it("V02 believes no field of the caller's: what counts is what was signed", async () => {
    const w = await world();
    const told = { instance_id: "i-0ffffffffffffffff", account_id: OTHER, region: "eu-west-1", ami_id: "ami-9" };
    await w.write("config/identity", { ec2_metadata: "account_id,ami_id,instance_id,region" });
    const grant = await w.enter({ nonce: "n", ...told });
    expect(grant.metadata).toMatchObject({ account_id: OWN, ami_id: AMI, instance_id: ID, region: "us-east-1" });
  });
});

const documentIn = (w: Ec2World): string => {
  const message = Buffer.from(String(w.body()["pkcs7"]), "base64").toString("latin1");
  return message.slice(message.indexOf("{"), message.indexOf("}") + 1);
};

describe("what is sent", () => {
  const bad64 = "not base64!";
  it.each(
    (
      [
        [{ identity: bad64, signature: "AAAA" }, "failed to base64 decode the instance identity document"],
        [{ identity: "====", signature: "AAAA" }, "failed to base64 decode the instance identity document"],
        [
          { identity: "e30=", signature: bad64 },
          "failed to base64 decode the SHA256 RSA signature of the instance identity document",
        ],
        [
          { identity: "e30=", signature: "" },
          "either pkcs7 or a tuple containing the instance identity document and its SHA256 RSA signature needs to be provided",
        ],
        [
          { pkcs7: "" },
          "either pkcs7 or a tuple containing the instance identity document and its SHA256 RSA signature needs to be provided",
        ],
        [
          { pkcs7: "AAAA", identity: "e30=", signature: "AAAA" },
          "both pkcs7 and a tuple containing the instance identity document and its SHA256 RSA signature is supplied; provide only one",
        ],
        [{ pkcs7: bad64 }, "failed to decode the PEM encoded PKCS#7 signature"],
        [
          { pkcs7: "-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----" },
          "failed to decode the PEM encoded PKCS#7 signature",
        ],
        [{ pkcs7: "A".repeat(16 * 1024 + 4) }, "failed to decode the PEM encoded PKCS#7 signature"],
        [{ pkcs7: "AAAA" }, "failed to parse the BER encoded PKCS#7 signature: not one well-formed element"],
        [
          { identity: "e30=", signature: "AAAA" },
          "instance identity verification using SHA256 RSA signature is unsuccessful",
        ],
        [{ identity: "e30=" }, "didn't supply required authentication values"],
        [{ signature: "AAAA" }, "didn't supply required authentication values"],
      ] satisfies [JsonObject, string][]
    ).map(([fields, text]) => [JSON.stringify(fields).slice(0, 60), fields, text] as const),
  )("%s is refused with Vault's text", async (_, fields, text) => {
    const w = await world();
    expect(await failure(w.send({ role: "web", ...fields }))).toEqual({ code: "invalid_request", wire: text });
    expect(w.asked).toEqual([]);
  });
});

describe("the role", () => {
  it("must exist, be for EC2 logins, and for the caller's address", async () => {
    const w = await world({ token_bound_cidrs: "10.0.0.0/8" });
    expect(await wireOf(w.enter({ role: "other" }))).toBe('entry for role "other" not found');
    const outside = failure(w.enter({}, {}, { sourceAddress: "192.0.2.1" }));
    expect((await outside).code).toBe("permission_denied");
    await w.write("role/iam", { bound_iam_principal_arn: ROLE_ARN, resolve_aws_unique_ids: false });
    expect(await wireOf(w.enter({ role: "iam" }))).toBe("auth method ec2 not allowed for role iam");
    await w.enter({ nonce: "n" }, {}, { sourceAddress: "10.1.1.1" });
  });

  it("of the other type is refused to a signed request, too", async () => {
    const w = await world();
    expect(await wireOf(w.login({ role: "web" }))).toBe("auth method iam not allowed for role web");
  });
});

describe("the instance", () => {
  const FAILED = "failed to verify instance ID: ";
  it.each([
    ["39 is stopped", { state: "stopped" }, `${FAILED}instance is not in 'running' state`],
    [
      "is of another account than the document says",
      { ownerId: OTHER },
      `${FAILED}instance belongs to another account`,
    ],
    [
      "is described as another",
      { id: "i-0ffffffffffffffff" },
      `${FAILED}expected instance ID not matching the instance ID in the instance description`,
    ],
  ])("is refused when it %s", async (_, changes, text) => {
    const w = await world();
    w.change(changes);
    expect(await wireOf(w.enter())).toBe(text);
  });

  it("is refused when it does not exist", async () => {
    const w = await world();
    delete w.accounts[OWN]?.instances[ID];
    expect(await wireOf(w.enter())).toBe(`${FAILED}no instance details found in reservations`);
  });

  it("F22 is never taken to run when AWS cannot be asked", async () => {
    const w = await world();
    w.broken = "RequestLimitExceeded";
    expect(await failure(w.enter())).toEqual({
      code: "upstream_failed",
      wire: "failed to verify instance ID: AWS could not be asked",
    });
    expect(await w.request("list", "identity-accesslist")).toMatchObject({ status: 404 });
  });

  it("of another account is asked about with the role that is configured for it, or not at all", async () => {
    const w = await world({ bound_account_id: [OWN, OTHER] });
    const other = w.accounts[OTHER];
    if (other) other.instances[ID] = { ...INSTANCE, ownerId: OTHER };
    expect(await wireOf(w.enter({}, { accountId: OTHER }))).toBe(
      `${FAILED}unable to fetch client for account ID "${OTHER}" -- default client is for another account`,
    );
    expect(w.asked).toEqual([]);
    await w.write(`config/sts/${OTHER}`, { sts_role: `arn:aws:iam::${OTHER}:role/look` });
    expect((await w.enter({ nonce: "n" }, { accountId: OTHER })).metadata).toMatchObject({ account_id: OTHER });
    expect(w.asked).toEqual([`instance ${OTHER} ${ID}`]);
  });

  it("of another partition is refused before anybody is asked", async () => {
    const w = await world();
    expect(await wireOf(w.enter({}, { region: "cn-north-1" }))).toBe(
      "instances in region cn-north-1 cannot be asked about from here",
    );
    expect(w.asked).toEqual([]);
  });
});

describe("V11 a bound constraint refuses by itself", () => {
  const bounds = {
    bound_account_id: OWN,
    bound_ami_id: AMI,
    bound_region: "us-east-1",
    bound_vpc_id: "vpc-1",
    bound_subnet_id: "subnet-1",
    bound_ec2_instance_id: ID,
    bound_iam_instance_profile_arn: PROFILE,
    bound_iam_role_arn: ROLE_ARN,
  };
  const wrong: Readonly<Record<keyof typeof bounds, readonly [string, string]>> = {
    bound_account_id: [OTHER, `Error validating instance: account ID "${OWN}" does not belong to role "web"`],
    bound_ami_id: ["ami-9", `Error validating instance: AMI ID "${AMI}" does not belong to role "web"`],
    bound_region: ["eu-west-1", 'Region "us-east-1" does not satisfy the constraint on role "web"'],
    bound_vpc_id: ["vpc-9", 'Error validating instance: VPC ID "vpc-1" does not satisfy the constraint on role "web"'],
    bound_subnet_id: [
      "subnet-9",
      'Error validating instance: subnet ID "subnet-1" does not satisfy the constraint on role "web"',
    ],
    bound_ec2_instance_id: [
      "i-0ffffffffffffffff",
      `Error validating instance: instance ID "${ID}" does not belong to the role "web"`,
    ],
    bound_iam_instance_profile_arn: [
      `${PROFILE}x`,
      `Error validating instance: IAM instance profile ARN "${PROFILE}" does not satisfy the constraint role "web"`,
    ],
    bound_iam_role_arn: [
      `${ROLE_ARN}x`,
      `Error validating instance: IAM role ARN "${ROLE_ARN}" does not satisfy the constraint role "web"`,
    ],
  };
  const names = Object.keys(bounds) as (keyof typeof bounds)[];

  it("and all of them together take the instance they describe", async () => {
    await (await world(bounds)).enter();
  });

  it.each(names)("%s alone, all others satisfied", async (name) => {
    const w = await world({ ...bounds, [name]: wrong[name][0] });
    expect(await wireOf(w.enter())).toBe(wrong[name][1]);
    // nothing was left behind that would keep the right instance out
    expect((await w.request("list", "identity-accesslist")).status).toBe(404);
  });

  it.each(names)("%s is satisfied by any of its elements", async (name) => {
    await (await world({ ...bounds, [name]: [wrong[name][0], bounds[name]] })).enter();
  });

  it.each([
    ["bound_iam_instance_profile_arn", `arn:aws:iam::${OWN}:instance-profile/team/*`, true],
    ["bound_iam_instance_profile_arn", `arn:aws:iam::${OWN}:instance-profile/te*/web`, false],
    ["bound_iam_role_arn", `arn:aws:iam::${OWN}:role/w*`, true],
    ["bound_iam_role_arn", "*web", false],
    ["bound_ami_id", "ami-*", false],
    ["bound_vpc_id", "*", false],
  ])("%s %s: a wildcard counts at the end of an ARN alone", async (name, bound, matches) => {
    const outcome = (await world({ ...bounds, [name]: bound })).enter();
    if (matches) await outcome;
    else expect(await wireOf(outcome)).toMatch(/^Error validating instance: /);
  });

  it.each([
    [{ bound_ami_id: AMI }, { imageId: "" }, "AMI ID in the instance description is nil"],
    [{ bound_vpc_id: "vpc-1" }, { vpcId: "" }, "VPC ID in the instance description is nil"],
    [{ bound_subnet_id: "subnet-1" }, { subnetId: "" }, "subnet ID in the instance description is nil"],
    [
      { bound_iam_instance_profile_arn: "*" },
      { profileArn: "" },
      "IAM instance profile in the instance description is nil",
    ],
    [{ bound_iam_role_arn: "*" }, { profileArn: "" }, "IAM instance profile in the instance description is nil"],
  ])("%j is not satisfied by an instance without one", async (role, changes, text) => {
    const w = await world(role);
    w.change(changes);
    expect(await wireOf(w.enter())).toBe(`Error validating instance: ${text}`);
  });

  it("is not stored when it is misspelt: at least one must remain", async () => {
    const w = await world();
    const body = { auth_type: "ec2", bound_ami_ids: AMI };
    expect(await wireOf(w.write("role/typo", body))).toBe(
      "at least one bound parameter should be specified on the role",
    );
  });

  it("asks IAM only where the role binds to IAM roles", async () => {
    const w = await world({ bound_iam_instance_profile_arn: PROFILE });
    await w.enter();
    expect(w.asked).toEqual([`instance ${OWN} ${ID}`]);
  });
});

describe("the age of a document", () => {
  it("is not limited unless the role says so", async () => {
    await (await world()).enter({}, { started: Date.UTC(2017, 0, 1) });
  });

  it("is limited for a first login by max_document_age, and not for a client that is known", async () => {
    const w = await world({ max_document_age: "30m" });
    expect(await wireOf(w.enter({ nonce: "n" }))).toBe(
      "instance identity document is older than max_document_age allows",
    );
    await w.enter({ nonce: "n" }, { started: NOW - 1_799_000 });
    w.clock.advance(7_200_000);
    await w.enter({ nonce: "n" }, { started: NOW - 1_799_000 });
    expect((await w.request("read", "role/web")).data.max_document_age).toBe(1800);
  });

  it("cannot be configured for other logins", async () => {
    const w = await world();
    expect(await wireOf(w.write("role/iam", { bound_iam_principal_arn: ROLE_ARN, max_document_age: 60 }))).toBe(
      "specified max_document_age when not using ec2 auth type",
    );
  });

  it("is never negative, but for what clocks differ by", async () => {
    const w = await world();
    await w.enter({ nonce: "n" }, { started: NOW + 200_000 });
    expect(await wireOf(w.enter({ nonce: "n" }, { started: NOW + 300_000 }))).toBe(
      "instance identity document is of a time to come; check the server's clock",
    );
    expect(STARTED).toBeLessThan(NOW);
  });
});
