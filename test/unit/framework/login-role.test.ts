import { describe, expect, it } from "@jest/globals";
import { builtInRows } from "../../../src/catalog.ts";
import { roleInBody } from "../../../src/framework/login-role.ts";
import { JsonNumber } from "../../../src/std/json.ts";
import { makeServer } from "../../support/make-server.ts";

const rows = builtInRows({ aws: () => Promise.reject(new Error("unused")) });
/** Methods whose logins name a role in their body. */
const BY_NAME = ["aws", "kubernetes", "jwt", "oidc"];

describe("the role in a login's body", () => {
  it.each([
    [{ role: "web" }, "web"],
    [{ role: 5 }, "5"],
    [{ role: new JsonNumber("5") }, "5"],
    [{ role: "" }, undefined],
    [{ role: null }, undefined],
    [{ role: ["web"] }, undefined],
    [{}, undefined],
  ])("%j is %j", (body, role) => {
    expect(roleInBody(body)).toBe(role);
  });

  it("is what every method that resolves roles says it is, however it is spelled", async () => {
    expect(rows.filter(({ resolvesRole }) => resolvesRole).map(({ type }) => type)).toEqual(
      expect.arrayContaining(BY_NAME),
    );
    const server = await makeServer();
    try {
      await server.call("POST", "sys/auth/userpass", { body: { type: "userpass" } });
      const { mounts } = await server.core.config.snapshot();
      const [mount] = [...mounts.values()].filter(({ info }) => info.type === "userpass");
      if (!mount) throw new Error("nothing was mounted");
      const view = await server.core.store.view(mount.info.id);
      for (const type of BY_NAME) {
        const backend = await server.core.catalog.find("auth", type, {});
        const said = async (role: string | number) => backend?.roleOf?.("login", { role }, view);
        expect([type, (await said(5))?.toLowerCase(), (await said("Web"))?.toLowerCase()]).toEqual([type, "5", "web"]);
      }
    } finally {
      await server.dynamo.close();
    }
  });
});
