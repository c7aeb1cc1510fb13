/** From one request to one answer: which service, who is calling, which operation. */
import { isJsonObject, type JsonObject, parseJson } from "../../std/json.ts";
import { type RandomSource, uuid } from "../../std/random.ts";
import type { Clock } from "../../std/time.ts";
import { authenticate } from "./authentication.ts";
import type { Call, Caller } from "./call.ts";
import { readClaim } from "./claim.ts";
import { emptyAccount, own, regionOf } from "./model.ts";
import { parseForm, QueryParams } from "./query.ts";
import { failureReply, jsonReply, type QueryForm, queryReply } from "./replies.ts";
import { hostOf, queryServiceOf, type Service, targetOf } from "./services.ts";
import type { StateStore } from "./store.ts";
import { AuthFailure, AwsError, type WireReply, type WireRequest } from "./wire.ts";

/** DynamoDB's door, for requests already authenticated here. */
export type DynamoDoor = (request: {
  target: string;
  body: Uint8Array;
  accountId: string;
  region: string;
}) => Promise<WireReply>;

export interface World {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly regions: ReadonlySet<string>;
  readonly dynamo: DynamoDoor;
}

/** What a request asks for, before anybody has looked at who asks. */
interface Asked {
  readonly service: Service;
  readonly operation: string;
  /** Of the host; undefined when the host names none. */
  readonly region: string | undefined;
  readonly params: QueryParams;
}

const ANONYMOUS: Omit<Caller, "accountId"> = {
  arn: "anonymous",
  userId: "anonymous",
  kind: "anonymous",
  principalArn: "anonymous",
  principalId: "anonymous",
  accessKeyId: "",
};

const formOf = (request: WireRequest): Map<string, string> => {
  const form = parseForm(request.query);
  if (request.method === "POST") {
    for (const [name, value] of parseForm(Buffer.from(request.body).toString("utf8"))) form.set(name, value);
  }
  return form;
};

const scopeOf = (request: WireRequest): string | undefined => {
  try {
    return readClaim(request)?.service;
  } catch {
    return undefined;
  }
};

const ask = (request: WireRequest): Asked | undefined => {
  const host = hostOf(request.headers["host"] ?? "");
  const region = host?.region;
  const target = targetOf(request.headers["x-amz-target"] ?? "");
  const service = host?.service ?? (host ? undefined : target?.service);
  if (service?.protocol === "json") {
    const operation = target?.service === service ? target.operation : "";
    return { service, operation, region, params: new QueryParams(new Map()) };
  }
  if (host && !host.service) return undefined;
  const form = formOf(request);
  const query = service ?? queryServiceOf(form.get("Version"), scopeOf(request));
  return query && { service: query, operation: form.get("Action") ?? "", region, params: new QueryParams(form) };
};

const readInput = (request: WireRequest): JsonObject => {
  try {
    const value = request.body.length === 0 ? {} : parseJson(Buffer.from(request.body).toString("utf8"));
    if (isJsonObject(value)) return value;
  } catch {
    // Answered below, like every other body that is not a structure.
  }
  throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
};

const callOf = (world: World, caller: Caller, region: string): Call => {
  const account = own(world.store.state.accounts, caller.accountId) ?? emptyAccount();
  const { store, clock, random } = world;
  return { caller, region, store, clock, random, account, here: regionOf(account, region) };
};

const identify = (world: World, request: WireRequest, asked: Asked): { caller: Caller; region: string } => {
  const { service, operation, region } = asked;
  const unsigned = request.headers["authorization"] === undefined;
  if (unsigned && service.protocol === "json" && service.anonymous?.has(operation)) {
    return { caller: { ...ANONYMOUS, accountId: "" }, region: region ?? "" };
  }
  const { store, clock, regions } = world;
  const found = authenticate(request, { service: service.name, region }, { state: store.state, clock, regions });
  // A hybrid node's own key opens the agent's operations and nothing else.
  const allowed = found.caller.kind !== "node" || (service.protocol === "json" && service.ofNodes?.has(operation));
  if (!allowed) {
    throw new AwsError("AccessDeniedException", `${found.caller.arn} is not authorized to perform: ${operation}`);
  }
  return found;
};

const perform = async (
  world: World,
  request: WireRequest,
  asked: Asked,
  requestId: string,
  form: QueryForm,
): Promise<WireReply> => {
  const { service, operation, params } = asked;
  const { caller, region } = identify(world, request, asked);
  if (service.name === "dynamodb") {
    const target = request.headers["x-amz-target"] ?? "";
    const answer = await world.dynamo({ target, body: request.body, accountId: caller.accountId, region });
    return { ...answer, headers: { "x-amzn-requestid": requestId, ...answer.headers } };
  }
  const call = callOf(world, caller, region);
  if (service.protocol === "json") {
    const handler = own(service.operations, operation);
    if (!handler) throw new AwsError("UnknownOperationException", "");
    return jsonReply(service, requestId, await handler(call, readInput(request)));
  }
  const handler = own(service.operations, operation);
  if (!operation) throw new AwsError("MissingAction", "The request is missing an action or a required parameter.");
  if (!handler) {
    const version = params.text("Version") ?? service.version;
    throw new AwsError("InvalidAction", `Could not find operation ${operation} for version ${version}`);
  }
  return queryReply(service, operation, requestId, await handler(call, params), form);
};

const replyTo = async (world: World, request: WireRequest): Promise<WireReply> => {
  const requestId = uuid(world.random);
  const form = /^application\/json\b/.test(request.headers["accept"] ?? "") ? "json" : "xml";
  let asked: Asked | undefined;
  try {
    asked = ask(request);
    if (!asked) throw new AuthFailure("missing", "Request is missing Authentication Token");
    return await perform(world, request, asked, requestId, form);
  } catch (error) {
    if (!(error instanceof AwsError || error instanceof AuthFailure)) {
      process.stderr.write(`embedded AWS: ${error instanceof Error ? error.stack : String(error)}\n`);
    }
    return failureReply(asked?.service, requestId, error, form);
  }
};

/**
 * Answers one request. Never throws: every failure is an answer in the shape of the service it happened in. It says the
 * time, so that a client whose clock is another corrects itself, as with AWS.
 */
export const answer = async (world: World, request: WireRequest): Promise<WireReply> => {
  const reply = await replyTo(world, request);
  return { ...reply, headers: { date: new Date(world.clock.now()).toUTCString(), ...reply.headers } };
};
