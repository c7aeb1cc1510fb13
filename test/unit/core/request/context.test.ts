import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { makeContext } from "../../../../src/core/request/context.ts";
import type { KnownToken } from "../../../../src/core/tokens/types.ts";
import type { BackendContext } from "../../../../src/framework/index.ts";
import { isJsonObject } from "../../../../src/std/json.ts";
import { Sensitive } from "../../../../src/std/sensitive.ts";
import { createOutsideWorld } from "../../../support/leased-backend.ts";
import { makeServer, type TestServer } from "../../../support/make-server.ts";
import { rowsWith } from "../leases/support.ts";

/** What a backend may ask of core about its caller and its leases. */

let server: TestServer;
beforeAll(async () => {
  server = await makeServer({ rows: rowsWith(createOutsideWorld()) });
  await server.call("POST", "sys/mounts/leased", { body: { type: "leased" } });
  await server.call("POST", "sys/mounts/other", { body: { type: "leased" } });
  await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
  await server.call("POST", "auth/userpass/users/ada", { body: { password: "a password" } });
});
afterAll(() => server.dynamo.close());

const knownBy = async (token: string): Promise<KnownToken> => {
  const { tokens, store, config } = server.core;
  const known = await tokens.know(new Sensitive(token), store.get, await config.snapshot(), "");
  if ("refused" in known) throw new Error(known.refused);
  return known;
};

const contextOf = async (path: string, known?: KnownToken): Promise<BackendContext> => {
  const mount = server.core.config.mountFor(await server.core.config.snapshot(), path);
  if (!mount) throw new Error("there is no such mount");
  return makeContext(server.core, mount, { known, generatePassword: server.core.passwords.generate });
};

describe("a context", () => {
  const NAME = "{{identity.entity.name}}";
  const any = () => true;
  const NOT_FOUND = { failed: "no value could be found for one of the template directives" };

  it("fills in the identity of its caller, and nobody else's", async () => {
    const { body } = await server.call("POST", "auth/userpass/login/ada", { body: { password: "a password" } });
    const auth = isJsonObject(body["auth"]) ? body["auth"] : {};
    const id = String(auth["entity_id"]);
    const ada = await contextOf("leased/", await knownBy(String(auth["client_token"])));
    const root = await contextOf("leased/", await knownBy(server.root));
    const nobody = await contextOf("leased/");

    expect(ada.fillIdentity("{{identity.entity.id}}", any)).toEqual({ text: id });
    expect(ada.fillIdentity("{{identity.entity.id}}", () => false)).toEqual(NOT_FOUND);
    expect([root, nobody].map((cx) => cx.fillIdentity(NAME, any))).toEqual([NOT_FOUND, NOT_FOUND]);
  });

  it("knows whether a lease of its own mount stands", async () => {
    const made = await server.call("GET", "leased/creds/any");
    const lease = String(made.body["lease_id"]);
    const [own, other] = [await contextOf("leased/"), await contextOf("other/")];

    expect([await own.leaseStands(lease), await other.leaseStands(lease)]).toEqual([true, false]);
    expect(await own.leaseStands("leased/creds/any/none")).toBe(false);
  });

  it("scans for nobody but the caller of a request", async () => {
    const [nobody, root] = [await contextOf("leased/"), await contextOf("leased/", await knownBy(server.root))];

    await expect(nobody.scanLeavesOut("a/")).rejects.toThrow("only a request with a token may scan");
    await expect(root.scanLeavesOut("a/")).rejects.toThrow("only a request with a token may scan");
  });
});
