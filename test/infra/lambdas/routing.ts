import { describe, expect, it } from "@jest/globals";
import { answerOf, objectOf } from "../support/events.ts";
import type { Built } from "./built.ts";

/** Requests that come to another function than the one that serves them. */

export const routingStories = (built: Built): void => {
  const { ask, eventOf } = built;

  describe("a request that reaches the wrong function", () => {
    const last = () => built.deployment.lambda.invoked.at(-1);

    it.each([
      ["sys/mounts", "system"],
      ["sys/policies/acl?list=true", "policy"],
      ["auth/token/accessors", "login"],
      ["sys/wrapping/lookup", "wrapping"],
      ["identity/entity/id?list=true", "system"],
      ["sys/leases/lookup/?list=true", "dynamic"],
    ])("for %s is handed on by kv to %s", async (path, to) => {
      // A verb that the gateway may not route is how a path below `auth/` comes here.
      await ask("kv", { path, ...(path.startsWith("auth/") ? { method: "LIST" } : {}) });
      expect(last()?.name).toMatch(new RegExp(`:${to}$`));
    });

    it.each([
      ["doubled slashes in front", "//v1/auth/token/lookup-self", "//v1/auth/token/lookup-self"],
      ["doubled slashes inside", "/v1//auth/token/lookup-self", "/v1//auth/token/lookup-self"],
      ["a slash that was encoded", "/v1/auth%2Ftoken/lookup-self", "/v1/auth/token/lookup-self"],
      ["a letter that was encoded", "/v1/%61uth/token/lookup-self", "/v1/auth/token/lookup-self"],
    ])("is refused where its path went round its route, by %s (%s)", async (_, _sent, rawPath) => {
      const before = built.deployment.lambda.invoked.length;
      const event = { ...eventOf({ event: "post-json", body: { password: "x" } }), rawPath };
      const answer = answerOf((await built.deployment.functions.kv.invoke(event)).result);
      expect(answer.status).toBe(400);
      expect(answer.body["errors"]).toEqual([expect.stringContaining("send this path as it is")]);
      expect(built.deployment.lambda.invoked).toHaveLength(before);
    });

    it("is refused with dot segments by whoever gets it", async () => {
      const before = built.deployment.lambda.invoked.length;
      const event = { ...eventOf({ event: "post-json" }), rawPath: "/v1/secret/../auth/token/lookup-self" };
      expect(answerOf((await built.deployment.functions.kv.invoke(event)).result).status).toBe(400);
      expect(built.deployment.lambda.invoked).toHaveLength(before);
    });

    it("gets the other function's answer, whole", async () => {
      const own = await ask("system", { path: "sys/mounts" });
      const through = await ask("kv", { path: "sys/mounts" });
      expect(through).toEqual({
        ...own,
        text: expect.any(String),
        body: { ...own.body, request_id: expect.any(String) },
      });
    });

    it("spends one use of its token, not two", async () => {
      const body = { policies: ["root"], num_uses: 2 };
      const created = await ask("login", { event: "post-json", path: "auth/token/create", body });
      const token = String(objectOf(created.body["auth"])["client_token"]);

      const through = async () => (await ask("kv", { path: "sys/mounts", token })).status;
      expect([await through(), await through(), await through()]).toEqual([200, 200, 403]);
    });

    it("is handed on once: who gets it and does not serve it says so to kv alone", async () => {
      const event = { ...eventOf({ path: "secret/data/app" }), zerothHandedOn: true };
      expect((await built.deployment.functions.login.invoke(event)).result).toEqual({ zerothNotServed: true });
    });

    it("cannot claim over HTTP to have been handed on", async () => {
      const answer = await ask("kv", {
        path: "sys/mounts",
        headers: { zerothHandedOn: "true", "zeroth-handed-on": "true" },
      });
      expect(answer.status).toBe(200);
    });

    it("is served where its mount is now, by a function that knew another one there", async () => {
      const mount = (type: string) => ask("system", { event: "post-json", path: "sys/mounts/swapped", body: { type } });
      await mount("kv");
      const handedOn = { ...eventOf({ path: "swapped/config/db" }), zerothHandedOn: true };
      // Reads the configuration as it is now, and has no other request that would show a newer one.
      expect((await built.deployment.functions.dynamic.invoke(handedOn)).result).toEqual({ zerothNotServed: true });
      await ask("system", { method: "DELETE", path: "sys/mounts/swapped" });
      await mount("database");

      const body = { plugin_name: "postgresql-database-plugin" };
      const answer = await ask("kv", { event: "post-json", path: "swapped/config/db", body });
      expect(last()?.name).toMatch(/:dynamic$/);
      // The engine's own words: it is the database that looked at it.
      expect(answer).toMatchObject({ status: 400, body: { errors: [expect.not.stringContaining("moved")] } });
    });

    it("gets 503 when the mount is served nowhere just now, and no function calls in a circle", async () => {
      const before = built.deployment.lambda.invoked.length;
      const event = { ...eventOf({ path: "auth/token/lookup-self" }), zerothHandedOn: true };
      expect((await built.deployment.functions.kv.invoke(event)).result).toEqual({ zerothNotServed: true });
      expect(built.deployment.lambda.invoked).toHaveLength(before);
    });

    it("does not exist on a function that forwards nothing", async () => {
      expect(await ask("policy", { path: "secret/data/app" })).toMatchObject({
        status: 404,
        body: { errors: ['no handler for route "secret/data/app". route entry not found.'] },
      });
    });

    it.each([
      [429, 503],
      [413, 413],
    ])("is answered when Lambda says %d: with %d", async (said, status) => {
      built.deployment.refuse = () => said;
      expect((await ask("kv", { path: "sys/mounts" })).status).toBe(status);
    });

    it("gets 503 and no detail when the other function fails", async () => {
      const before = built.deployment.lambda.invoked.length;
      built.deployment.refuse = () => {
        throw new Error("the connection breaks");
      };
      const answer = await ask("kv", { path: "sys/mounts" });

      expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
      expect(answer.body["errors"]).toEqual(["the function that serves this path is unavailable, try again"]);
      // Never twice: the other one may have worked before its answer was lost.
      expect(built.deployment.lambda.invoked).toHaveLength(before + 1);
    });
  });
};
