import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import { recordPaths } from "../../../framework/records.ts";
import { plainText } from "../../../std/base64.ts";
import { randomText } from "../../../std/random.ts";
import { shown } from "../../../std/shown.ts";
import type { Condition } from "../../../storage/store.ts";
import { parseClaims } from "./claims.ts";
import { createPairs, findKey, firstPairs } from "./keys.ts";
import { prefixOf, Role, readRole, recordAt } from "./model.ts";
import { changeRegistry } from "./registry.ts";

/** `identity/oidc/role/*`: which key signs an identity token, for whom, how long, and with which claims. */

const Input = z.object({
  key: field.text("Name of the key that signs; it must exist."),
  template: field.text("Claims of the tokens, as JSON with directives or as its base64."),
  ttl: field.duration("How long the tokens live; 24 hours unless given, at most the key's verification_ttl."),
  client_id: field.text("Goes into `aud`: who the tokens are for. Made up unless given."),
});
type Given = z.output<typeof Input>;

const CLIENT_ID_LENGTH = 26;
const DAY = 86_400;

const after = (before: Role | undefined, input: Given, cx: BackendContext): Role => {
  const template = input.template === undefined ? (before?.template ?? "") : plainText(input.template);
  const client_id = input.client_id ?? before?.client_id ?? "";
  return {
    key: input.key ?? before?.key ?? "",
    template,
    ttl: input.ttl ?? before?.ttl ?? DAY,
    client_id: client_id === "" ? randomText(cx.random, CLIENT_ID_LENGTH) : client_id,
  };
};

const write = async (name: string, input: Given, cx: BackendContext): Promise<undefined> => {
  const pairs = createPairs(cx.random);
  await changeRegistry(cx, "role", async () => {
    const make = pairs();
    const address = recordAt(cx.storage, "role", name);
    const entry = await cx.storage.get(address);
    const role = after(entry && Role.parse(entry.body), input, cx);
    if (role.key === "") throw invalidRequest("the key parameter is required");
    parseClaims(role.template);
    const key = await findKey(cx.storage, role.key);
    if (!key) throw invalidRequest(`cannot find key ${shown(role.key)}`);
    if (role.ttl > key.key.verification_ttl) {
      throw invalidRequest("a role's token ttl cannot be longer than the verification_ttl of the key it references");
    }
    const when: Condition = entry ? { n: entry.n } : "absent";
    const { writes, due } = await firstPairs(role.key, key, cx, make);
    return { writes: [{ op: "put", address, body: role, when }, ...writes], due, result: undefined };
  });
};

export const rolePaths = recordPaths({
  at: "oidc/role/{name}",
  params: { name: "name of the role" },
  lists: ["oidc/role"],
  summary: {
    all: "roles of identity tokens",
    one: "a role: what identity tokens say, and to whom",
    list: "list the roles",
    read: "read a role",
    write: "make or change a role",
    delete: "delete a role",
  },
  input: Input,
  answers: Role,
  names: ({ storage }) => storage.list(prefixOf("role")),
  find: (name, { storage }) => readRole(storage, name),
  show: (role) => role,
  write,
  remove: (name, cx) =>
    changeRegistry(cx, "role.delete", async () => {
      const address = recordAt(cx.storage, "role", name);
      const entry = await cx.storage.get(address);
      return { writes: entry ? [{ op: "delete", address, when: "any" }] : [], result: undefined };
    }),
});
