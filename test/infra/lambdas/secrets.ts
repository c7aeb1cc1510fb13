import { beforeAll, describe, expect, it } from "@jest/globals";
import { answerOf, objectOf, recorded } from "../support/events.ts";
import type { Built } from "./built.ts";

/** Secrets, and who may read them: `kv`, `policy` and `wrapping`. */

export const secretStories = (built: Built): void => {
  const { ask, eventOf } = built;

  describe("key/value secrets", () => {
    beforeAll(async () => {
      await ask("system", {
        event: "post-json",
        path: "sys/mounts/secret",
        body: { type: "kv", options: { version: "2" } },
      });
    });

    it("are written and read", async () => {
      expect((await ask("kv", { event: "post-json" })).status).toBe(200);
      expect((await ask("kv", { event: "get" })).data).toMatchObject({ data: { password: "s3cr3t" } });
    });

    it("come in bodies that the gateway encodes, whatever type curl claims", async () => {
      expect((await ask("kv", { event: "post-base64" })).status).toBe(200);
      expect((await ask("kv", { path: "secret/data/by-curl" })).data).toMatchObject({ data: { from: "curl" } });
    });

    it("have names that the gateway decoded, and are not decoded again", async () => {
      const { rawPath } = recorded("get-decoded-path");
      const path = String(rawPath).replace("/v1/", "");
      expect((await ask("kv", { event: "post-json", path })).status).toBe(200);
      expect((await ask("kv", { event: "get-decoded-path" })).data).toMatchObject({ data: { password: "s3cr3t" } });
    });

    it("are refused to two tokens at once, even the same one", async () => {
      expect((await ask("kv", { event: "get-two-tokens" })).status).toBeGreaterThanOrEqual(400);
    });

    it("are read whatever cookies come along, and not by a cookie", async () => {
      expect((await ask("kv", { event: "get-with-cookies" })).status).toBe(200);
      const event = { ...eventOf({ event: "get-with-cookies" }), headers: {} };
      expect(answerOf((await built.deployment.functions.kv.invoke(event)).result).status).toBe(403);
    });

    it("are listed by the verb and by the query alike", async () => {
      const verb = await ask("kv", { event: "list-verb" });
      const query = await ask("kv", { event: "list-query" });

      expect(verb.data["keys"]).toContain("app");
      expect(query.data).toEqual(verb.data);
    });
  });

  describe("policies", () => {
    it("hold on the next request, in every function", async () => {
      const policy = 'path "secret/data/app" { capabilities = ["read"] }';
      const written = await ask("policy", { event: "post-json", path: "sys/policies/acl/app", body: { policy } });
      expect(written.status).toBe(204);
      const created = await ask("login", {
        event: "post-json",
        path: "auth/token/create",
        body: { policies: ["app"] },
      });
      const token = String(objectOf(created.body["auth"])["client_token"]);

      expect((await ask("kv", { event: "get", token })).status).toBe(200);
      expect((await ask("kv", { event: "post-json", token })).status).toBe(403);
      expect((await ask("system", { path: "sys/mounts", token })).status).toBe(403);

      await ask("policy", { method: "DELETE", path: "sys/policies/acl/app" });
      expect((await ask("kv", { event: "get", token })).status).toBe(403);
    });
  });

  describe("wrapped answers", () => {
    it("are unwrapped once", async () => {
      const wrapped = await ask("kv", { event: "get", headers: { "x-vault-wrap-ttl": "60" } });
      const token = String(objectOf(wrapped.body["wrap_info"])["token"]);
      const unwrap = () => ask("wrapping", { event: "post-json", path: "sys/wrapping/unwrap", body: {}, token });

      expect((await unwrap()).data).toMatchObject({ data: { password: "s3cr3t" } });
      expect((await unwrap()).status).toBe(400);
    });
  });
};
