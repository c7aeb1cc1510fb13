/** EC2 instances, as far as identity goes: launched with an instance profile, described, tagged, stopped. */
import type { Call } from "./call.ts";
import { profileArn } from "./iam/instance-profiles.ts";
import { documentText } from "./identity-document.ts";
import { machineId } from "./ids.ts";
import { type Instance, type InstanceProfile, own } from "./model.ts";
import type { QueryOperation } from "./operation.ts";
import type { Answer, QueryParams } from "./query.ts";
import type { SessionCredentials } from "./sessions.ts";
import { serviceSession } from "./sts.ts";
import { AwsError } from "./wire.ts";

const STATES = { running: 16, terminated: 48, stopped: 80 } as const;
const SIX_HOURS = 21600;

const instanceAnswer = (call: Call, one: Instance): Answer => ({
  instanceId: one.id,
  imageId: one.imageId,
  instanceState: { code: STATES[one.state], name: one.state },
  privateDnsName: `ip-${one.privateIp.replaceAll(".", "-")}.ec2.internal`,
  amiLaunchIndex: 0,
  instanceType: one.type,
  launchTime: new Date(one.launched).toISOString(),
  placement: { availabilityZone: `${call.region}a`, tenancy: "default" },
  subnetId: one.subnetId,
  vpcId: one.vpcId,
  privateIpAddress: one.privateIp,
  architecture: "x86_64",
  rootDeviceType: "ebs",
  virtualizationType: "hvm",
  iamInstanceProfile: one.profileArn === null ? undefined : { arn: one.profileArn, id: one.profileId ?? "" },
  tagSet: Object.entries(one.tags).map(([key, value]) => ({ key, value })),
});

const reservation = (call: Call, instances: readonly Instance[]): Answer => ({
  reservationId: `r-${instances[0]?.id.slice(2) ?? ""}`,
  ownerId: call.caller.accountId,
  groupSet: [],
  instancesSet: instances.map((one) => instanceAnswer(call, one)),
});

const profileAsked = (call: Call, params: QueryParams): InstanceProfile | undefined => {
  const arn = params.text("IamInstanceProfile.Arn");
  const name = params.text("IamInstanceProfile.Name") ?? arn?.slice(arn.lastIndexOf("/") + 1);
  if (name === undefined) return undefined;
  const profile = own(call.account.instanceProfiles, name);
  if (profile && (arn === undefined || profileArn(call.caller.accountId, profile) === arn)) return profile;
  throw new AwsError(
    "InvalidParameterValue",
    `Value (${arn ?? name}) for parameter iamInstanceProfile is invalid. Invalid IAM Instance Profile`,
  );
};

const instanceTags = (params: QueryParams): Record<string, string> =>
  Object.fromEntries(
    params
      .groups("TagSpecification")
      .filter((spec) => spec.text("ResourceType") === "instance")
      .flatMap((spec) => spec.groups("Tag"))
      .map((tag) => [tag.required("Key"), tag.text("Value") ?? ""]),
  );

const runInstances: QueryOperation = async (call, params) => {
  const [least, most] = [params.integer("MinCount") ?? 1, params.integer("MaxCount") ?? 1];
  if (least < 1 || most < least || most > 20) {
    throw new AwsError("InvalidParameterValue", "MinCount and MaxCount must be between 1 and 20.");
  }
  const profile = profileAsked(call, params);
  const imageId = params.text("ImageId") ?? "ami-00000000000000001";
  const made = Array.from({ length: most }, (): Instance => {
    const [a = 0, b = 0] = call.random.bytes(2);
    return {
      id: machineId(call.random, "i-"),
      imageId,
      type: params.text("InstanceType") ?? "t3.micro",
      launched: call.clock.now(),
      state: "running",
      profileArn: profile ? profileArn(call.caller.accountId, profile) : null,
      profileId: profile?.id ?? null,
      subnetId: params.text("SubnetId") ?? "subnet-00000000000000001",
      vpcId: "vpc-00000000000000001",
      privateIp: `10.0.${a}.${b}`,
      tags: instanceTags(params),
    };
  });
  for (const one of made) call.here.instances[one.id] = one;
  await call.store.save();
  return reservation(call, made);
};

const named = (call: Call, params: QueryParams): Instance[] =>
  params.texts("InstanceId").map((id) => {
    const found = own(call.here.instances, id);
    if (found) return found;
    if (!/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
      throw new AwsError("InvalidInstanceID.Malformed", `Invalid id: "${id}"`);
    }
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  });

const factOf = (one: Instance, filter: string): string | undefined => {
  if (filter.startsWith("tag:")) return own(one.tags, filter.slice(4));
  const facts: Readonly<Record<string, string | null>> = {
    "instance-id": one.id,
    "instance-state-name": one.state,
    "instance-type": one.type,
    "image-id": one.imageId,
    "subnet-id": one.subnetId,
    "vpc-id": one.vpcId,
    "private-ip-address": one.privateIp,
    "iam-instance-profile.arn": one.profileArn,
    "iam-instance-profile.id": one.profileId,
  };
  if (!Object.hasOwn(facts, filter)) throw new AwsError("InvalidParameterValue", `The filter '${filter}' is invalid`);
  return facts[filter] ?? undefined;
};

const describeInstances: QueryOperation = (call, params) => {
  const ids = params.texts("InstanceId");
  const filters = params.groups("Filter").map((one) => ({ name: one.required("Name"), values: one.texts("Value") }));
  const candidates = ids.length > 0 ? named(call, params) : Object.values(call.here.instances);
  const found = candidates.filter((one) =>
    filters.every(({ name, values }) => {
      const fact = factOf(one, name);
      return fact !== undefined && values.includes(fact);
    }),
  );
  return { reservationSet: found.map((one) => reservation(call, [one])) };
};

const change =
  (to: Instance["state"]): QueryOperation =>
  async (call, params) => {
    const instances = named(call, params);
    if (instances.some((one) => one.state === "terminated" && to !== "terminated")) {
      throw new AwsError("IncorrectInstanceState", "A terminated instance cannot change its state.");
    }
    const changes = instances.map((one) => {
      const previousState = { code: STATES[one.state], name: one.state };
      if (to === "running" && one.state !== "running") one.launched = call.clock.now();
      one.state = to;
      return { instanceId: one.id, currentState: { code: STATES[to], name: to }, previousState };
    });
    await call.store.save();
    return { instancesSet: changes };
  };

const taggedInstances = (call: Call, params: QueryParams): Instance[] =>
  params.texts("ResourceId").map((id) => {
    const found = own(call.here.instances, id);
    if (found) return found;
    throw new AwsError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  });

const createTags: QueryOperation = async (call, params) => {
  const given = params.groups("Tag").map((tag) => [tag.required("Key"), tag.text("Value") ?? ""]);
  for (const one of taggedInstances(call, params)) one.tags = { ...one.tags, ...Object.fromEntries(given) };
  await call.store.save();
  return { return: true };
};

const deleteTags: QueryOperation = async (call, params) => {
  const keys = new Set(params.groups("Tag").map((tag) => tag.required("Key")));
  for (const one of taggedInstances(call, params))
    one.tags = Object.fromEntries(Object.entries(one.tags).filter(([key]) => keys.size > 0 && !keys.has(key)));
  await call.store.save();
  return { return: true };
};

export const ec2Operations: Readonly<Record<string, QueryOperation>> = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  RunInstances: runInstances,
  DescribeInstances: describeInstances,
  StartInstances: change("running"),
  StopInstances: change("stopped"),
  TerminateInstances: change("terminated"),
};

/** Where an instance is. */
export interface InstancePlace {
  readonly accountId: string;
  readonly region: string;
  readonly instanceId: string;
}

const find = ({ store }: Pick<Call, "store">, where: InstancePlace) => {
  const account = own(store.state.accounts, where.accountId);
  return { account, instance: own(own(account?.regions, where.region)?.instances, where.instanceId) };
};

/** The identity document of a running instance, as its metadata service shows it. Throws `AwsError`. */
export const instanceDocument = (world: Pick<Call, "store">, where: InstancePlace): string => {
  const { instance } = find(world, where);
  if (instance?.state !== "running") throw new AwsError("AccessDenied", `${where.instanceId} is not running`, 403);
  const { imageId, type: instanceType, privateIp, launched: started } = instance;
  return documentText({ ...where, imageId, instanceType, privateIp, started });
};

/**
 * What the metadata service of a running instance hands out: credentials of its profile's role, session name the
 * instance's id, good for six hours. Throws `AwsError` when it has no usable role.
 */
export const instanceSession = (
  world: Pick<Call, "store" | "clock" | "random">,
  where: InstancePlace,
): SessionCredentials => {
  const { account, instance } = find(world, where);
  const profile = Object.values(account?.instanceProfiles ?? {}).find((one) => one.id === instance?.profileId);
  if (instance?.state !== "running" || !profile?.roleName) {
    throw new AwsError("AccessDenied", `${where.instanceId} is not a running instance with a role`, 403);
  }
  const ask = {
    accountId: where.accountId,
    roleName: profile.roleName,
    service: "ec2.amazonaws.com",
    sessionName: instance.id,
    sourceArn: `arn:aws:ec2:${where.region}:${where.accountId}:instance/${instance.id}`,
  };
  return serviceSession(world, ask, SIX_HOURS);
};
