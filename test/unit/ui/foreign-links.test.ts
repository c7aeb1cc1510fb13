import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ownHref, ownPlace } from "../../../ui/foreign-links.ts";
import { placeOf } from "../../../ui/routes.ts";

const own = (text: string): string | undefined => ownHref(new URL(text, "https://vault.test"));

describe("a link of Vault's or OpenBao's page", () => {
  it.each([
    ["/ui/vault", "/ui/"],
    ["/ui/vault/dashboard", "/ui/"],
    ["/ui/vault/secrets", "/ui/"],
    ["/ui/vault/secrets/secret/list", "/ui/browse/secret/"],
    ["/ui/vault/secrets/secret/list/team-a/", "/ui/browse/secret/team-a/"],
    ["/ui/vault/secrets/secret/list/team-a", "/ui/browse/secret/team-a/"],
    ["/ui/vault/secrets/secret/show/team-a/db", "/ui/browse/secret/team-a/db"],
    ["/ui/vault/secrets/secret/edit/team-a/db", "/ui/edit/secret/team-a/db"],
    ["/ui/vault/secrets/secret/create?initialKey=team-a/", "/ui/new/secret/team-a/"],
    ["/ui/vault/secrets/secret/kv/list", "/ui/browse/secret/"],
    ["/ui/vault/secrets/secret/kv/list/team-a/", "/ui/browse/secret/team-a/"],
    ["/ui/vault/secrets/secret/kv/team-a%2Fdb", "/ui/browse/secret/team-a/db"],
    ["/ui/vault/secrets/secret/kv/team-a%2Fdb/details?version=3", "/ui/browse/secret/team-a/db?version=3"],
    ["/ui/vault/secrets/secret/kv/team-a%2Fdb/details/edit?version=3", "/ui/edit/secret/team-a/db"],
    ["/ui/vault/secrets/secret/kv/db/metadata/versions", "/ui/browse/secret/db?tab=history"],
    ["/ui/vault/secrets/a%2Fb/kv/db/details", "/ui/browse/a/b/db"],
    ["/ui/vault/secrets-engines/secret/kv/db/details", "/ui/browse/secret/db"],
    ["/ui/vault/secrets/database/credentials/readonly?type=dynamic", "/ui/credentials/database/readonly"],
    ["/ui/vault/secrets/secret/configuration", "/ui/mounts/secret"],
    ["/ui/vault/secrets/secret/show/100%25", "/ui/browse/secret/100%25"],
    ["/ui/vault/policy/acl/dev", "/ui/policies/dev"],
    ["/ui/vault/policies/acl", "/ui/policies"],
    ["/ui/vault/access", "/ui/access"],
    ["/ui/vault/access/identity/entities", "/ui/access"],
    ["/ui/vault/access/leases/list/database/creds/", "/ui/leases/database/creds/"],
    ["/ui/vault/tools/unwrap", "/ui/open"],
    ["/ui/vault/tools/wrap", "/ui/share"],
    ["/ui/vault/settings/auth/enable", "/ui/mounts"],
    ["/ui/vault/auth?with=userpass", "/ui/sign-in?with=userpass"],
    ["/ui/vault/auth?with=userpass&token=hvs.x", "/ui/sign-in?with=userpass"],
    ["/ui/vault/logout", "/ui/sign-in"],
    ["/ui/vault/metrics", "/ui/status"],
  ])("%s is %s", (link, wanted) => {
    expect(own(link)).toBe(wanted);
  });

  it.each(["/ui/", "/ui/browse/secret/db", "/ui/vaults", "/v1/vault/secrets"])("is not %s", (link) => {
    expect(own(link)).toBeUndefined();
  });

  it("that is unknown has no page", () => {
    expect(own("/ui/vault/nothing/like/this")).toBeUndefined();
    expect(placeOf({ pathname: "/ui/vault/nothing/like/this", search: "" })).toBeUndefined();
  });
});

describe("where to go after signing in", () => {
  it.each([
    ["/ui/browse/secret/a%2Fb", "/ui/browse/secret/a/b"],
    ["/ui/me", "/ui/me"],
    ["/vault/secrets/secret/show/db", "/ui/browse/secret/db"],
    ["/ui/vault/policies/acl", "/ui/policies"],
    ["/ui/sign-in?redirect_to=/ui/me", "/ui/"],
    ["https://elsewhere.example/ui/me", "/ui/"],
    ["//elsewhere.example/ui/me", "/ui/"],
    ["/\\elsewhere.example/ui/me", "/ui/"],
    ["javascript:alert(1)", "/ui/"],
    ["/ui/../v1/sys/health", "/ui/"],
    ["/v1/sys/health", "/ui/"],
    ["", "/ui/"],
    [undefined, "/ui/"],
    ["/.//", "/ui/"],
    ["/..//elsewhere.example/ui/me", "/ui/"],
  ])("of %j is %s", (given, wanted) => {
    expect(ownPlace(given)).toBe(wanted);
  });

  it("is always a page of ours", () => {
    const parts = fc.constantFrom(
      "/",
      "\\",
      "//",
      "ui",
      "vault",
      "..",
      ":",
      "http:",
      "evil.example",
      "?",
      "#",
      "me",
      "%2F",
      "%",
      " ",
      "\t",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join("")),
        ),
        (text) => {
          const { origin, pathname, search } = new URL(ownPlace(text), "https://vault.test");
          expect(origin).toBe("https://vault.test");
          expect(placeOf({ pathname, search })).toBeDefined();
        },
      ),
    );
  });
});
