import type { Ec2Instance } from "../../../../../src/auth/aws/ports.ts";
import type { BackendContext, LoginGrant } from "../../../../../src/framework/index.ts";
import { type DocumentSigner, documentText } from "../../../../../src/local/aws/identity-document.ts";
import type { JsonObject } from "../../../../../src/std/json.ts";
import { createWorld, NOW, OWN, type World } from "../support.ts";

/** A mount of the AWS login with an instance before it, whose documents a certificate of `config/certificate` signs. */

export const ID = "i-0abc1234def567890";
export const AMI = "ami-0123456789abcdef0";
export const PROFILE = `arn:aws:iam::${OWN}:instance-profile/team/web`;
export const ROLE_ARN = `arn:aws:iam::${OWN}:role/web`;
export const STARTED = NOW - 3_600_000;
export const STARTED_TEXT = "2026-03-04T04:06:07Z";

export const INSTANCE: Ec2Instance = {
  id: ID,
  state: "running",
  ownerId: OWN,
  imageId: AMI,
  vpcId: "vpc-1",
  subnetId: "subnet-1",
  profileArn: PROFILE,
  tags: [],
};

export interface Told {
  readonly instanceId?: string;
  readonly accountId?: string;
  readonly region?: string;
  readonly imageId?: string;
  readonly started?: number;
}

export interface Ec2World extends World {
  readonly signer: DocumentSigner;
  /** The body of a login by `rsa2048`, with further fields. */
  body(fields?: JsonObject, told?: Told): JsonObject;
  /** Logs in by role `web`. */
  enter(fields?: JsonObject, told?: Told, context?: Partial<BackendContext>): Promise<LoginGrant>;
  change(changes: Partial<Ec2Instance>): void;
}

const fill = (world: World): void => {
  const own = world.accounts[OWN];
  if (!own) return;
  own.instances[ID] = INSTANCE;
  own.profiles["web"] = { id: "AIPA1", arn: PROFILE, roles: [{ id: "AROAWEB0001", arn: ROLE_ARN }] };
};

/** Role `web` takes instances of the image; `role` changes it. */
export const ec2World = async (signer: DocumentSigner, role: JsonObject = {}): Promise<Ec2World> => {
  const world = createWorld();
  fill(world);
  const { certificate: aws_public_cert } = signer;
  await world.write("config/certificate/test", { aws_public_cert });
  await world.write("config/certificate/test-identity", { aws_public_cert, type: "identity" });
  await world.write("role/web", {
    auth_type: "ec2",
    bound_ami_id: AMI,
    token_policies: "web",
    token_ttl: "1h",
    ...role,
  });
  const body = (fields: JsonObject = {}, told: Told = {}): JsonObject => {
    const facts = { accountId: OWN, region: "us-east-1", instanceId: ID, imageId: AMI, started: STARTED, ...told };
    const text = documentText({ ...facts, instanceType: "t3.micro", privateIp: "10.0.0.1" });
    return { role: "web", pkcs7: signer.rsa2048(Buffer.from(text)), ...fields };
  };
  const enter: Ec2World["enter"] = (fields, told, context = {}) => world.send(body(fields, told), context);
  const change: Ec2World["change"] = (changes) => {
    const own = world.accounts[OWN];
    if (own) own.instances[ID] = { ...INSTANCE, ...changes };
  };
  return Object.assign(world, { signer, body, enter, change });
};

/** What an operator put on the instance. */
export const tagged = (world: Ec2World, key: string, value: string): void => world.change({ tags: [{ key, value }] });
