import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { termsOf } from "../../../../../src/engines/pki/issuing/identity.ts";
import { NEW_ROLE } from "../../../../../src/engines/pki/issuing/role.ts";
import { fillText } from "../../../../../src/policy/index.ts";
import { isJsonObject } from "../../../../../src/std/json.ts";
import { makeServer, type TestServer } from "../../../../support/make-server.ts";
import { good, mountPki, type Pki, refusal } from "./support/mount.ts";

/** What identity templates in a role allow: the caller's own value, and never more by what it holds. */

const HOST = "{{identity.entity.metadata.host}}";
const role = {
  ...NEW_ROLE,
  allowed_domains: [`${HOST}.example.com`, "plain.test"],
  allowed_domains_template: true,
  allowed_uri_sans: [`spiffe://${HOST}/*`],
  allowed_uri_sans_template: true,
};
const terms = (host: string | undefined, given: Partial<typeof role> = {}) => {
  const entity = { id: "e", name: "bob", metadata: host === undefined ? {} : { host }, aliases: {} };
  return termsOf(
    { ...role, ...given },
    { fillIdentity: (text, accepts) => fillText(text, { entity, groups: [] }, accepts) },
  );
};

describe("a template in a list", () => {
  it("is filled with the caller's value; what stands next to it stays", () => {
    expect(terms("web")).toEqual({ domains: ["web.example.com", "plain.test"], uris: ["spiffe://web/*"] });
  });

  it.each(["*", "a*", "", " ", "a b", "a,evil.test", "a\u0000", "a\nb", "a\u200Bb", undefined])(
    "allows nothing by the value %j",
    (value) => expect(terms(value)).toEqual({ domains: ["plain.test"], uris: [] }),
  );

  it("takes a star in a value only where the role says so", () => {
    expect(terms("*", { allow_globs_in_identity_templates: true }).domains).toEqual(["*.example.com", "plain.test"]);
  });

  it("allows nothing to a caller without an identity", () => {
    const nobody = {
      fillIdentity: (text: string, accepts: (value: string) => boolean) => fillText(text, undefined, accepts),
    };
    expect(termsOf(role, nobody)).toEqual({ domains: ["plain.test"], uris: [] });
  });

  it("is text like any other where the role does not fill templates", () => {
    const plain = { allowed_domains_template: false, allowed_uri_sans_template: false };
    expect(terms("web", plain)).toEqual({ domains: role.allowed_domains, uris: role.allowed_uri_sans });
  });
});

describe("a caller", () => {
  let server: TestServer;
  let pki: Pki;
  let token: string;
  beforeAll(async () => {
    server = await makeServer();
    pki = await mountPki(server);
    await pki.post("sys/auth/userpass", { type: "userpass" });
    await pki.post("sys/policies/acl/pki", { policy: 'path "pki/*" { capabilities = ["update"] }' });
    await pki.post("auth/userpass/users/bob", { password: "correct horse", policies: "pki" });
    const { body } = good(
      await server.call("POST", "auth/userpass/login/bob", { token: null, body: { password: "correct horse" } }),
    );
    const auth = isJsonObject(body["auth"]) ? body["auth"] : {};
    token = String(auth["client_token"]);
    good(await pki.post(`identity/entity/id/${String(auth["entity_id"])}`, { metadata: { host: "web" } }));
    await pki.role("own", {
      allowed_domains: `${HOST}.example.com`,
      allowed_domains_template: true,
      allow_bare_domains: true,
      allowed_uri_sans: `spiffe://${HOST}/*`,
      allowed_uri_sans_template: true,
    });
  });
  afterAll(() => server.dynamo.close());

  it("is issued its own name, and no other", async () => {
    const own = { common_name: "web.example.com", uri_sans: "spiffe://web/x" };
    expect((await pki.issue("own", own, token)).status).toBe(200);
    expect(refusal(await pki.issue("own", { common_name: "db.example.com" }, token))).toBe(
      "400 common name db.example.com not allowed by this role",
    );
    expect(refusal(await pki.issue("own", { ...own, uri_sans: "spiffe://db/x" }, token))).toContain(
      "not valid for this role",
    );
    expect(refusal(await pki.issue("own", own))).toBe("400 common name web.example.com not allowed by this role");
  });
});
