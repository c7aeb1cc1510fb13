/**
 * What the SSM Agent itself calls: registering a machine with an activation's code (unsigned), then, signed with the
 * machine's own RSA key, asking for the credentials of its role. Source: amazon-ssm-agent, `agent/ssm`.
 */
import { createPublicKey } from "node:crypto";
import type { JsonObject } from "../../../std/json.ts";
import type { Call } from "../call.ts";
import { optionalText, text } from "../fields.ts";
import { machineId } from "../ids.ts";
import { type Activation, type ManagedNode, own, type RegionState } from "../model.ts";
import type { JsonOperation } from "../operation.ts";
import type { SessionCredentials } from "../sessions.ts";
import { serviceSession } from "../sts.ts";
import { AwsError } from "../wire.ts";
import { roleNameOf } from "./activations.ts";

const TOKEN_SECONDS = 3600;

const readPublicKey = (input: JsonObject, name: string, type: string): string => {
  const encoded = text(input, name);
  if ((optionalText(input, type) ?? "Rsa") !== "Rsa")
    throw new AwsError("InvalidPublicKey", "Only Rsa keys are known.");
  try {
    const key = createPublicKey({ key: Buffer.from(encoded, "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return encoded;
  } catch {
    // No key at all is refused like an unsuitable one.
  }
  throw new AwsError("InvalidPublicKey", "The public key is not an RSA key of 2048 bits or more.");
};

/** The activation of an id, in whichever account it was made; only in the named region when the host names one. */
const findActivation = (call: Call, id: string): { activation: Activation; region: RegionState } | undefined => {
  for (const account of Object.values(call.store.state.accounts)) {
    for (const [name, region] of Object.entries(account.regions)) {
      const activation = own(region.activations, id);
      if (activation && (call.region === "" || call.region === name)) return { activation, region };
    }
  }
  return undefined;
};

const register: JsonOperation = async (call, input) => {
  const code = text(input, "ActivationCode");
  const found = findActivation(call, text(input, "ActivationId"));
  const fingerprint = text(input, "Fingerprint");
  const now = call.clock.now();
  if (found?.activation.code !== code || !found) throw new AwsError("InvalidActivation", "");
  const { activation, region } = found;
  if (activation.expires <= now) throw new AwsError("ActivationExpired", "");
  if (activation.count >= activation.limit) throw new AwsError("RegistrationLimitExceeded", "");
  const node: ManagedNode = {
    id: machineId(call.random, "mi-"),
    activationId: activation.id,
    iamRole: activation.iamRole,
    name: activation.defaultName,
    registered: now,
    publicKey: readPublicKey(input, "PublicKey", "PublicKeyType"),
    fingerprint,
    lastPing: now,
    report: {},
    tags: { ...activation.tags },
  };
  activation.count += 1;
  region.nodes[node.id] = node;
  await call.store.save();
  return { InstanceId: node.id };
};

/** The node that signed this call with its own key. */
const callingNode = (call: Call): ManagedNode => {
  const node = call.caller.kind === "node" ? own(call.here.nodes, call.caller.principalId) : undefined;
  if (!node) throw new AwsError("AccessDeniedException", `${call.caller.arn} is not a managed instance`);
  return node;
};

const requestRoleToken: JsonOperation = async (call, input) => {
  const node = callingNode(call);
  if (text(input, "Fingerprint") !== node.fingerprint) throw new AwsError("MachineFingerprintDoesNotMatch", "");
  const session = sessionOf(call, node);
  node.lastPing = call.clock.now();
  await call.store.save();
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    TokenExpirationDate: session.expires / 1000,
    UpdateKeyPair: false,
  };
};

const sessionOf = (call: Call, node: ManagedNode): SessionCredentials => {
  const { accountId } = call.caller;
  const ask = {
    accountId,
    roleName: roleNameOf(node.iamRole),
    service: "ssm.amazonaws.com",
    sessionName: node.id,
    sourceArn: `arn:aws:ssm:${call.region}:${accountId}:managed-instance/${node.id}`,
  };
  try {
    return serviceSession(call, ask, TOKEN_SECONDS);
  } catch (error) {
    if (error instanceof AwsError) throw new AwsError("AccessDeniedException", error.message);
    throw error;
  }
};

const updatePublicKey: JsonOperation = async (call, input) => {
  const node = callingNode(call);
  node.publicKey = readPublicKey(input, "NewPublicKey", "NewPublicKeyType");
  await call.store.save();
  return {};
};

const REPORTED = ["AgentVersion", "PlatformType", "PlatformName", "PlatformVersion", "IPAddress", "ComputerName"];

/** The agent's health ping, signed with the credentials of the node's role. */
const updateInformation: JsonOperation = async (call, input) => {
  const id = text(input, "InstanceId");
  const node = own(call.here.nodes, id);
  if (!node) throw new AwsError("InvalidInstanceId", "");
  if (call.caller.kind !== "assumed-role" || !call.caller.userId.endsWith(`:${id}`)) {
    throw new AwsError(
      "AccessDeniedException",
      `User: ${call.caller.arn} is not authorized to perform: ssm:UpdateInstanceInformation on resource: ${id}`,
    );
  }
  for (const name of REPORTED) {
    const value = optionalText(input, name);
    if (value !== undefined) node.report[name] = value;
  }
  node.lastPing = call.clock.now();
  await call.store.save();
  return {};
};

export const agentOperations: Readonly<Record<string, JsonOperation>> = {
  RegisterManagedInstance: register,
  RequestManagedInstanceRoleToken: requestRoleToken,
  UpdateManagedInstancePublicKey: updatePublicKey,
  UpdateInstanceInformation: updateInformation,
};
