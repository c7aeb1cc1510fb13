import { describe, expect, it } from "@jest/globals";
import type { Session } from "../../../../../src/engines/database/redis/session.ts";
import { changePassword, createUser, deleteUser, timeOf } from "../../../../../src/engines/database/redis/users.ts";

/** Servers that do not do what they say, by what they answer to `EXEC` and to the commands before it. */
const answering = (answers: Readonly<Record<string, unknown>>): Session => ({
  call: async (command, ...args) => answers[`${command} ${args[0]}`] ?? answers[command] ?? "OK",
});

const work = { username: "u", password: "pw", rules: ["+@read"], mark: "m", notAfter: 1 };

describe("a server", () => {
  it("F39: that answers yes and keeps the user has not revoked it", async () => {
    const lying = answering({ EXEC: [1, ["flags", ["on"]], 0] });

    await expect(deleteUser(lying, "u", undefined)).rejects.toMatchObject({
      kind: "statement",
      message: "the user still exists after it was dropped",
    });
  });

  it("that has removed a user, or never knew it, has revoked it", async () => {
    await expect(deleteUser(answering({ EXEC: [0, null, 0] }), "u", undefined)).resolves.toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, unknown>>, object]>([
    ["whose key is somebody else's", { GET: "x" }, { kind: "statement" }],
    ["whose key is gone by the transaction", { GET: "m", "ACL GETUSER": null, EXEC: null }, { kind: "statement" }],
    ["that makes this name for somebody", { SET: null }, { kind: "taken" }],
    ["that has the user", { GET: "m", "ACL GETUSER": [] }, { kind: "taken" }],
    ["that answers nothing", { GET: "m", "ACL GETUSER": null, EXEC: "" }, { kind: "unknown" }],
  ])("%s has made nobody", async (_, answers, failure) => {
    // `null` in a table of answers is an answer.
    const session: Session = {
      call: async (command, ...args) => {
        const name = [`${command} ${args[0]}`, command].find((one) => Object.hasOwn(answers, one));
        return name === undefined ? "OK" : answers[name];
      },
    };

    await expect(createUser(session, work, undefined)).rejects.toMatchObject(failure);
  });

  it("whose clock cannot be read has no time", async () => {
    expect(await timeOf(answering({ TIME: "soon" }))).toBeNaN();
    expect(await timeOf(answering({ TIME: ["1700000000", "999999"] }))).toBe(1_700_000_000_999);
  });

  it("that took a password and could not write it down is not trusted with either", async () => {
    const session = answering({ GET: "m", EXEC: ["OK", 1, new Error("ERR canary")] });

    await expect(changePassword(session, work, ["ACL", "SAVE"])).rejects.toMatchObject({
      kind: "unknown",
      message: "the server could not write down its users; see persistence_mode",
    });
  });
});
