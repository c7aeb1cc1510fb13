import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { failureOf, replyFailure } from "../../../../../src/engines/database/redis/errors.ts";

const reply = (message: string): Error => Object.assign(new Error(message), { name: "ReplyError", command: "canary" });

describe("what a Redis says", () => {
  it.each([
    ["WRONGPASS invalid username-password pair or user is disabled.", "login", "password authentication failed"],
    ["NOAUTH Authentication required.", "login", "the login was refused"],
    ["READONLY You can't write against a read only replica.", "statement", "the server is a replica; name the primary"],
    ["MOVED 3999 10.0.0.1:6381", "statement", "the server is part of a cluster; clusters are not supported"],
    ["LOADING Redis is loading the dataset in memory", "unreachable", "no connection to the database"],
    ["ERR unknown command 'ACL'", "statement", "the server lacks ACL commands or is older than Redis 6.2"],
    ["SOMETHING new", "statement", "the server refused the command"],
  ])("%j becomes words of our own", (message, kind, text) => {
    expect(failureOf(reply(message), "unknown")).toMatchObject({ kind, message: text });
  });

  it("is never repeated", () => {
    fc.assert(
      fc.property(fc.constantFrom("ERR", "NOPERM", "WRONGPASS", "", "X"), fc.string(), (code, said) => {
        const { message, reason } = replyFailure(`${code} canary-${said}`);
        expect(`${message} ${reason}`).not.toContain("canary");
      }),
    );
  });

  it("that breaks off means what the moment makes of it", () => {
    const broken = Object.assign(new Error("canary"), { code: "ECONNRESET" });

    expect([failureOf(broken, "unknown").kind, failureOf(broken, "unreachable").kind]).toEqual([
      "unknown",
      "unreachable",
    ]);
    expect(failureOf(broken, "unknown")).toMatchObject({ reason: "the server closed the connection" });
  });
});
