import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import { recordPaths } from "../../../framework/records.ts";
import { plainText } from "../../../std/base64.ts";
import { shown } from "../../../std/shown.ts";
import { parseClaims } from "./claims.ts";
import { OPENID, prefixOf, readScopes, recordAt, Scope } from "./model.ts";
import { changeRegistry, referring } from "./registry.ts";

/** `identity/oidc/scope/*`: claims that an application may ask a provider for. */

const Input = z.object({
  template: field.text("The claims of the scope, as JSON with directives or as its base64."),
  description: field.text("What it is for."),
});

const write = async (name: string, input: z.output<typeof Input>, cx: BackendContext): Promise<undefined> => {
  if (name === OPENID) throw invalidRequest(`the ${shown(OPENID)} scope name is reserved`);
  await changeRegistry(cx, "scope", async () => {
    const address = recordAt(cx.storage, "scope", name);
    const entry = await cx.storage.get(address);
    const before = entry && Scope.parse(entry.body);
    const scope: Scope = {
      template: input.template === undefined ? (before?.template ?? "") : plainText(input.template),
      description: input.description ?? before?.description ?? "",
    };
    parseClaims(scope.template);
    return {
      writes: [{ op: "put", address, body: scope, when: entry ? { n: entry.n } : "absent" }],
      result: undefined,
    };
  });
};

const remove = (name: string, cx: BackendContext): Promise<void> =>
  changeRegistry(cx, "scope.delete", async (registry) => {
    const users = referring((await registry()).providers, ({ scopes_supported }) => scopes_supported.includes(name));
    if (users.length > 0) {
      throw invalidRequest(
        `unable to delete scope ${shown(name)} because it is currently referenced by these providers: ${users.join(", ")}`,
      );
    }
    return { writes: [{ op: "delete", address: recordAt(cx.storage, "scope", name), when: "any" }], result: undefined };
  });

export const scopePaths = recordPaths({
  at: "oidc/scope/{name}",
  params: { name: "name of the scope" },
  lists: ["oidc/scope"],
  summary: {
    all: "scopes of providers",
    one: "a scope: claims that an application may ask for",
    list: "list the scopes",
    read: "read a scope",
    write: "make or change a scope",
    delete: "delete a scope that no provider supports",
  },
  input: Input,
  answers: Scope,
  names: ({ storage }) => storage.list(prefixOf("scope")),
  find: async (name, { storage }) => (await readScopes(storage, [name])).get(name),
  show: (scope) => scope,
  write,
  remove,
});
