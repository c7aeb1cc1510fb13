import { z } from "zod";
import { type BackendContext, field, invalidRequest, op, path } from "../../../framework/index.ts";
import { recordPath } from "../../../framework/records.ts";
import { defined } from "../../../std/defined.ts";
import { randomText } from "../../../std/random.ts";
import { shown } from "../../../std/shown.ts";
import type { Write } from "../../../storage/store.ts";
import { createPairs, findKey, firstPairs } from "./keys.ts";
import { Client, clientIdAt, DEFAULT_NAME, distinct, readAssignments, readClient, recordAt } from "./model.ts";
import { changeRegistry, registryOf } from "./registry.ts";

/** `identity/oidc/client/*`: applications that log people in through a provider. */

const Input = z.object({
  key: field.text("Name of the key that signs; `default` unless given. It stays."),
  redirect_uris: field.commaList("Where codes may be sent, each exactly; of a loopback address the port may differ."),
  assignments: field.commaList("Names of the assignments whose members may log in; none: nobody."),
  client_type: field.text("`confidential` (the default) or `public`. It stays."),
  id_token_ttl: field.duration("How long id tokens live; 24 hours unless given, at most the key's verification_ttl."),
  access_token_ttl: field.duration("How long access tokens live; 24 hours unless given."),
});
type Given = z.output<typeof Input>;

const shape = {
  client_id: z.string(),
  client_type: z.string(),
  key: z.string(),
  redirect_uris: z.array(z.string()),
  assignments: z.array(z.string()),
  id_token_ttl: z.number(),
  access_token_ttl: z.number(),
};
const Info = z.object(shape);
const Shown = z.object({ ...shape, client_secret: z.string().optional().describe("of confidential clients") });
const Listed = z.object({ keys: z.array(z.string()), key_info: z.record(z.string(), Info) });

const ID_LENGTH = 32;
const SECRET_LENGTH = 64;
const SECRET_PREFIX = "hvo_secret_";
const DAY = 86_400;

const typeOf = (before: Client | undefined, given: string | undefined): Client["client_type"] => {
  if (before && given !== undefined && given !== before.client_type) {
    throw invalidRequest("client_type modification is not allowed");
  }
  const wanted = given ?? before?.client_type ?? "confidential";
  if (wanted === "confidential" || wanted === "public") return wanted;
  throw invalidRequest(`invalid client_type ${shown(wanted)}`);
};

const checkAssignments = async (names: readonly string[], { storage }: BackendContext): Promise<void> => {
  const known = await readAssignments(storage, names);
  const missing = names.find((name) => !known.has(name));
  if (missing !== undefined) throw invalidRequest(`assignment ${shown(missing)} does not exist`);
};

const secretOf = (type: Client["client_type"], before: Client | undefined, { random }: BackendContext): string => {
  if (type === "public") return "";
  return before?.client_secret || `${SECRET_PREFIX}${randomText(random, SECRET_LENGTH)}`;
};

/** The client after a write, in Vault's order of refusals. */
const after = async (before: Client | undefined, input: Given, cx: BackendContext) => {
  const assignments = distinct(input.assignments ?? before?.assignments ?? []);
  await checkAssignments(assignments, cx);
  if (before && input.key !== undefined && input.key !== before.key) {
    throw invalidRequest("key modification is not allowed");
  }
  const name = before?.key ?? input.key ?? DEFAULT_NAME;
  const key = await findKey(cx.storage, name);
  if (!key) throw invalidRequest(`key ${shown(name)} does not exist`);
  const id_token_ttl = input.id_token_ttl ?? before?.id_token_ttl ?? DAY;
  if (id_token_ttl > key.key.verification_ttl) {
    throw invalidRequest(
      "a client's id_token_ttl cannot be greater than the verification_ttl of the key it references",
    );
  }
  const access_token_ttl = input.access_token_ttl ?? before?.access_token_ttl ?? DAY;
  // A batch token without a TTL would never end, and can never be revoked.
  if (access_token_ttl === 0) throw invalidRequest("access_token_ttl must be greater than zero");
  const client_type = typeOf(before, input.client_type);
  const client: Client = {
    client_id: before?.client_id ?? randomText(cx.random, ID_LENGTH),
    client_secret: secretOf(client_type, before, cx),
    client_type,
    key: name,
    redirect_uris: distinct(input.redirect_uris ?? before?.redirect_uris ?? []),
    assignments,
    id_token_ttl,
    access_token_ttl,
  };
  return { client, key };
};

const write = async (name: string, input: Given, cx: BackendContext): Promise<undefined> => {
  const pairs = createPairs(cx.random);
  await changeRegistry(cx, "client", async () => {
    const make = pairs();
    const address = recordAt(cx.storage, "client", name);
    const entry = await cx.storage.get(address);
    const { client, key } = await after(entry && Client.parse(entry.body), input, cx);
    const byId: Write = { op: "put", address: clientIdAt(cx.storage, client.client_id), body: { name }, when: "any" };
    const { writes, due } = await firstPairs(client.key, key, cx, make);
    return {
      writes: [{ op: "put", address, body: client, when: entry ? { n: entry.n } : "absent" }, byId, ...writes],
      due,
      result: undefined,
    };
  });
};

const remove = (name: string, cx: BackendContext): Promise<void> =>
  changeRegistry(cx, "client.delete", async () => {
    const client = await readClient(cx.storage, name);
    if (!client) return { writes: [], result: undefined };
    return {
      writes: [
        { op: "delete", address: recordAt(cx.storage, "client", name), when: "any" },
        { op: "delete", address: clientIdAt(cx.storage, client.client_id), when: "any" },
      ],
      result: undefined,
    };
  });

const infoOf = ({ client_secret: _, ...info }: Client): z.output<typeof Info> => info;

const list = path("oidc/client", {
  summary: "clients of providers",
  params: {},
  ops: {
    list: op({
      summary: "list the clients, without their secrets",
      answers: Listed,
      handle: async (_, cx) => {
        const { clients } = await registryOf(cx);
        if (clients.size === 0) return undefined;
        const keys = [...clients.keys()].sort();
        return {
          data: { keys, key_info: Object.fromEntries([...clients].map(([name, client]) => [name, infoOf(client)])) },
        };
      },
    }),
  },
});

export const clientPaths = [
  list,
  recordPath({
    at: "oidc/client/{name}",
    params: { name: "name of the client" },
    summary: {
      one: "a client: an application that logs people in",
      read: "read a client, with its secret",
      write: "make or change a client",
      delete: "delete a client",
    },
    input: Input,
    answers: Shown,
    find: (name, { storage }) => readClient(storage, name),
    show: (client) => ({
      ...infoOf(client),
      ...defined({ client_secret: client.client_secret === "" ? undefined : client.client_secret }),
    }),
    write,
    remove,
  }),
];
