import { describe, expect, it } from "@jest/globals";
import {
  builtInPolicies,
  capabilitiesOf,
  compileAcl,
  type Policy,
  type TemplateContext,
} from "../../../src/policy/index.ts";

const built = (name: string): Policy => {
  const policy = builtInPolicies.get(name);
  if (policy === undefined) throw new Error(`no built-in policy ${name}`);
  return policy;
};
const ann: TemplateContext = { entity: { id: "e-1", name: "ann", metadata: {}, aliases: {} }, groups: [] };

describe("the default policy", () => {
  const acl = compileAcl([built("default")], ann);

  it.each([
    ["auth/token/lookup-self", ["read"]],
    ["auth/token/renew-self", ["update"]],
    ["auth/token/revoke-self", ["update"]],
    ["sys/capabilities-self", ["update"]],
    ["identity/entity/id/e-1", ["read"]],
    ["identity/entity/name/ann", ["read"]],
    ["sys/internal/ui/resultant-acl", ["read"]],
    ["sys/renew", ["update"]],
    ["sys/leases/renew", ["update"]],
    ["sys/leases/lookup", ["update"]],
    ["cubbyhole/x/y", ["create", "delete", "list", "read", "update"]],
    ["sys/wrapping/wrap", ["update"]],
    ["sys/wrapping/lookup", ["update"]],
    ["sys/wrapping/unwrap", ["update"]],
    ["sys/tools/hash", ["update"]],
    ["sys/tools/hash/sha2-256", ["update"]],
    ["sys/control-group/request", ["update"]],
    ["identity/oidc/provider/p/authorize", ["read", "update"]],
  ])("grants on %s: %j", (path, capabilities) => {
    expect(capabilitiesOf(acl, path)).toEqual(capabilities);
  });

  it.each([
    "auth/token/create",
    "auth/token/lookup",
    "sys/wrapping/rewrap",
    "sys/audit-hash/file",
    "sys/leases/revoke",
    "sys/tools/random",
    "sys/internal/ui/mounts",
    "identity/entity/id/e-2",
    "identity/entity/name/",
  ])("grants nothing on %s", (path) => {
    expect(capabilitiesOf(acl, path)).toEqual(["deny"]);
  });

  it("works without an entity, but for the entity's own paths", () => {
    const plain = compileAcl([built("default")]);

    expect([capabilitiesOf(plain, "cubbyhole/a").length, capabilitiesOf(plain, "identity/entity/id/")]).toEqual([
      5,
      ["deny"],
    ]);
  });
});

describe("the response-wrapping policy", () => {
  it("opens the cubbyhole's answer and unwrap, and nothing else", () => {
    const acl = compileAcl([built("response-wrapping")]);
    const paths = ["cubbyhole/response", "sys/wrapping/unwrap", "cubbyhole/other", "sys/wrapping/wrap"];

    expect(paths.map((path) => capabilitiesOf(acl, path))).toEqual([
      ["create", "read"],
      ["update"],
      ["deny"],
      ["deny"],
    ]);
  });
});

describe("the root policy", () => {
  it("has the capability root everywhere", () => {
    expect(capabilitiesOf(compileAcl([built("root")]), "any/thing")).toEqual(["root"]);
  });
});
