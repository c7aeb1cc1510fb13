import { describe, expect, it } from "@jest/globals";
import type { FunctionName } from "../../../src/contract/functions.ts";
import type { Ask } from "../support/events.ts";
import type { Built } from "./built.ts";

/** That the roles of the functions are wide enough for all of this, and no wider. */

export const rightStories = (built: Built): void => {
  const { ask } = built;

  describe("the rights of the roles", () => {
    const post = (path: string, body: unknown): Ask => ({ event: "post-json", path, body });
    const tour: readonly (readonly [FunctionName, Ask])[] = [
      ["system", { path: "sys/mounts" }],
      ["system", post("sys/mounts/tour", { type: "kv", options: { version: "2" } })],
      ["kv", post("tour/data/a/b", { data: { a: 1 } })],
      ["kv", post("tour/config", { max_versions: 3 })],
      ["kv", { path: "tour/metadata/a?list=true" }],
      ["kv", { method: "DELETE", path: "tour/metadata/a/b" }],
      ["system", post("sys/mounts/tour/tune", { default_lease_ttl: "1h" })],
      ["system", post("sys/remount", { from: "tour", to: "toured" })],
      ["system", { method: "DELETE", path: "sys/mounts/toured" }],
      ["dynamic", { path: "db/roles?list=true" }],
      ["system", { method: "DELETE", path: "sys/mounts/db" }],
      ["system", post("sys/rotate", {})],
      ["system", post("sys/policies/password/p", { policy: 'length = 20\nrule "charset" { charset = "ab" }' })],
      ["system", { path: "sys/policies/password/p/generate" }],
      ["system", { path: "sys/auth" }],
      ["system", { path: "sys/audit" }],
      ["system", { path: "sys/internal/ui/mounts" }],
      ["system", { path: "sys/internal/ui/resultant-acl" }],
      ["system", { path: "sys/seal-status" }],
      ["system", { path: "sys/health" }],
      ["system", post("identity/entity", { name: "somebody", policies: "default" })],
      ["system", { path: "identity/entity/name/somebody" }],
      ["system", { path: "identity/entity/id?list=true" }],
      ["system", post("identity/group", { name: "people" })],
      ["policy", { path: "sys/policies/acl?list=true" }],
      ["policy", { path: "sys/policies/acl/default" }],
      ["policy", post("sys/capabilities-self", { paths: ["secret/data/app"] })],
      ["wrapping", post("cubbyhole/mine", { a: "b" })],
      ["wrapping", { path: "cubbyhole/mine" }],
      ["wrapping", { path: "cubbyhole/?list=true" }],
      ["wrapping", post("sys/wrapping/wrap", { a: "b" })],
      ["login", post("auth/token/roles/r", { orphan: true })],
      ["login", post("auth/token/create/r", { ttl: "1h" })],
      ["login", { path: "auth/token/accessors?list=true" }],
      ["login", post("auth/token/renew-self", {})],
      ["dynamic", { path: "sys/leases/lookup?list=true" }],
      ["dynamic", post("sys/leases/lookup", { lease_id: "auth/token/create/x" })],
      ["dynamic", post("sys/leases/revoke-prefix/auth/nowhere", {})],
      ["dynamic", post("sys/leases/tidy", {})],
    ];

    it.each(tour.map(([name, given]): [string, FunctionName, Ask] => [`${name} ${given.path}`, name, given]))(
      "are enough for %s",
      async (_, name, given) => {
        const before = built.deployment.denied.length;
        const answer = await ask(name, given);

        expect(built.deployment.denied.slice(before)).toEqual([]);
        expect(answer.status).toBeLessThan(500);
      },
    );

    it("were enough for everything else in this file", () => {
      expect(built.deployment.denied).toEqual([]);
    });

    it("would have stopped a function at a wall", () => {
      expect(built.deployment.mayRead("kv", "rec#kv:1#p")).toBe(true);
      expect(built.deployment.mayRead("policy", "rec#kv:1#p")).toBe(false);
    });
  });
};
