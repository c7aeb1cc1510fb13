import { describe, expect, it } from "@jest/globals";
import { answerOf } from "../../../../ui/client/answers.ts";
import { samePerson, sessionOf, whoOf } from "../../../../ui/client/who.ts";

const answer = (data: object, status = 200) =>
  answerOf({ method: "GET", path: "" }, { status, body: JSON.stringify(status === 200 ? { data } : { errors: [] }) });

const MOUNTS = answer({
  secret: { "secret/": { type: "kv", options: { version: "2" } }, "secret/deep/": { type: "kv", options: null } },
  auth: { "userpass/": { type: "userpass" } },
});
const LOOKUP = answer({
  display_name: "userpass-alias",
  entity_id: "e1",
  expire_time: "2026-11-30T10:00:00Z",
  meta: { username: "alias" },
  path: "auth/userpass/login/alias",
  policies: ["default"],
  identity_policies: ["dev", "default"],
  renewable: true,
});

describe("who is signed in", () => {
  it("is read out of lookup-self", () => {
    expect(sessionOf(LOOKUP, MOUNTS, answer({ root: false })).who).toEqual({
      name: "alias",
      displayName: "userpass-alias",
      entityId: "e1",
      policies: ["default", "dev"],
      mount: "auth/userpass/",
      endsAt: Date.UTC(2026, 10, 30, 10),
      renewable: true,
      root: false,
    });
  });

  it.each([
    [{ path: "auth/ldap/login/somebody", display_name: "ldap-somebody" }, "somebody", "auth/ldap/"],
    [{ path: "auth/sso/oidc/callback", display_name: "sso-x" }, "sso-x", "auth/sso/"],
    [{ path: "auth/token/create", display_name: "token-robot" }, "token-robot", ""],
    [{ path: "auth/token/root", display_name: "root" }, "root", ""],
    [{}, "", ""],
  ])("of %j is called %s, of %j", (data, name, mount) => {
    expect(whoOf(data)).toMatchObject({ name, mount });
  });
});

describe("the same person", () => {
  const who = (entity_id: string, display_name: string, ...policies: readonly string[]) =>
    whoOf({ entity_id, display_name, policies });

  it("is of one entity, whatever the name", () => {
    expect(samePerson(who("e1", "a"), who("e1", "b", "dev"))).toBe(true);
    expect(samePerson(who("e1", "a"), who("e2", "a"))).toBe(false);
    expect(samePerson(who("e1", "a"), who("", "a"))).toBe(false);
  });

  it("has, without an entity, the same name and the same policies", () => {
    expect(samePerson(who("", "token", "a", "b"), who("", "token", "b", "a"))).toBe(true);
    expect(samePerson(who("", "token", "a"), who("", "token", "b"))).toBe(false);
    expect(samePerson(who("", "token"), who("", "token-x"))).toBe(false);
  });
});

describe("a session", () => {
  const rules = answer({
    root: false,
    exact_paths: { "secret/data/db": { capabilities: ["deny"] } },
    glob_paths: { "secret/data/": { capabilities: ["read", "update"], min_wrapping_ttl: 60 } },
    segment_paths: { "secret/metadata/+/x": { capabilities: ["list"] } },
  });

  it("has the caller's rules as a policy spells them", () => {
    expect(sessionOf(LOOKUP, MOUNTS, rules).rules).toEqual([
      { pattern: "secret/data/db", capabilities: [] },
      { pattern: "secret/data/*", capabilities: ["read", "update"], wrapTtl: { min: 60, max: 0 } },
      { pattern: "secret/metadata/+/x", capabilities: ["list"] },
    ]);
  });

  it("hides nothing where the rules may not be read, and from root", () => {
    expect(sessionOf(LOOKUP, MOUNTS, answer({}, 403)).may("sys/mounts", "read")).toBe(true);
    expect(sessionOf(LOOKUP, MOUNTS, answer({ root: true })).may("sys/mounts", "read")).toBe(true);
    expect(sessionOf(LOOKUP, MOUNTS, rules).may("sys/mounts", "read")).toBe(false);
  });

  it.each([
    ["secret/a", "secret/"],
    ["secret/deep/a", "secret/deep/"],
    ["secret/deep", "secret/deep/"],
    ["secret/deeper", "secret/"],
    ["auth/userpass/users/x", "auth/userpass/"],
    ["sys/mounts", undefined],
  ])("knows the mount of %s: %s", (path, mount) => {
    expect(sessionOf(LOOKUP, MOUNTS, rules).mountOf(path)?.path).toBe(mount);
  });
});

describe("an answer", () => {
  const kindOf = (status: number, body: string, ended = false) => {
    const read = answerOf({ method: "GET", path: "" }, { status, body, ended });
    return read.ok ? "ok" : read.kind;
  };

  it.each([
    [0, "", "network"],
    [200, '{"data":{}}', "ok"],
    [204, "", "ok"],
    [200, "# HELP vault_core", "ok"],
    [200, "<!doctype html><title>Sign in to this network</title>", "gateway"],
    [400, '{"errors":["x"]}', "invalid"],
    [403, '{"errors":["permission denied"]}', "denied"],
    [403, '{"message":"Forbidden"}', "gateway"],
    [404, '{"errors":[]}', "not-found"],
    [404, '{"data":{"metadata":{}}}', "not-found"],
    [404, "<html>", "gateway"],
    [405, '{"errors":["x"]}', "invalid"],
    [429, '{"message":"Too Many Requests"}', "busy"],
    [503, '{"errors":["Vault is sealed"]}', "unavailable"],
    [503, '{"message":"Service Unavailable"}', "gateway"],
  ])("of %d with %s is %s", (status, body, kind) => {
    expect(kindOf(status, body)).toBe(kind);
  });

  it("of an ended session says so, whatever else it is", () => {
    expect(kindOf(403, '{"errors":["permission denied"]}', true)).toBe("ended");
  });
});
