import { describe, expect, it } from "@jest/globals";
import { fieldsOf, requestFor, wayNamed, waysFor } from "../../../../ui/pages/sign-in/ways.ts";

const mount = (path: string, type: string, description = "") => ({ path, type, description, options: {} });
const labels = (...mounts: readonly ReturnType<typeof mount>[]) => waysFor(mounts).map(({ label }) => label);

describe("the ways to sign in", () => {
  it("are the listed mounts, then what needs no listing", () => {
    expect(labels(mount("userpass/", "userpass"), mount("sso/", "oidc", "Company login"))).toEqual([
      "Name and password",
      "Company login",
      "Token",
      "Wrapped token",
      "Another method",
    ]);
  });

  it("begin with name and password where nothing is listed", () => {
    expect(waysFor([])[0]).toMatchObject({ label: "Name and password", mount: "userpass" });
  });

  it("say their mount where a word is not enough", () => {
    expect(labels(mount("userpass/", "userpass"), mount("staff/", "userpass")).slice(0, 2)).toEqual([
      "Name and password · userpass/",
      "Name and password · staff/",
    ]);
  });

  it("of a mount for JWTs are two", () => {
    expect(labels(mount("jwt/", "jwt", "Cloud")).slice(0, 2)).toEqual(["JWT · jwt/", "Single sign-on · jwt/"]);
  });

  it("leave out mounts that a person cannot sign in at", () => {
    expect(labels(mount("aws/", "aws"))).toEqual(labels());
  });

  it("are found by mount, as Vault's links name it", () => {
    const ways = waysFor([mount("userpass/", "userpass"), mount("team/sso/", "oidc")]);
    expect(wayNamed(ways, "team/sso/")?.how).toBe("redirect");
    expect(wayNamed(ways, "token")?.how).toBe("token");
    expect(wayNamed(ways, "nothing")).toBeUndefined();
    expect(wayNamed(ways, undefined)).toBeUndefined();
  });
});

describe("the request of a way", () => {
  it("names the person in the path, and has no token", () => {
    expect(requestFor("password", "team/people/", { name: " alias ", password: "p" })).toEqual({
      method: "POST",
      path: "auth/team/people/login/alias",
      body: '{"password":"p"}',
      as: "none",
    });
  });

  it.each([
    ["github", { token: "t" }, '{"token":"t"}'],
    ["jwt", { role: "r", jwt: "j" }, '{"role":"r","jwt":"j"}'],
    ["kubernetes", { role: "r", jwt: "j" }, '{"role":"r","jwt":"j"}'],
    ["approle", { roleId: "r", secretId: "s" }, '{"role_id":"r","secret_id":"s"}'],
  ] as const)("of %s has its fields", (kind, values, body) => {
    expect(requestFor(kind, "x", values)).toMatchObject({ path: "auth/x/login", body });
    expect([...fieldsOf(kind)].sort()).toEqual(Object.keys(values).sort());
  });
});
