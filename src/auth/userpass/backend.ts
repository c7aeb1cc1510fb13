import { z } from "zod";
import { type Backend, defineBackend, done, field, folded, op, path } from "../../framework/index.ts";
import { recordPaths } from "../../framework/records.ts";
import { lockoutName, login, renewLogin } from "./login.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import {
  listUsers,
  passwordShape,
  policiesShape,
  readUser,
  removeUser,
  UserShown,
  userAddress,
  userShape,
  writePassword,
  writePolicies,
  writeUser,
} from "./users.ts";

/**
 * Login by name and password, for people and for machines that have nothing better. Trusts what operators wrote about
 * users; believes nothing a caller says but the password. It must never store or show a password, and never tell an
 * unknown name from a wrong password: not by text, not by the work it does.
 */

const USERNAME = { username: folded("case", "Name of the user; case does not matter.") };

const loginPath = (passwords: Passwords) =>
  path("login/{username}", {
    summary: "login by name and password",
    params: USERNAME,
    ops: {
      update: op({
        summary: "log in with a name and a password",
        answers: "login",
        access: "unauthenticated",
        input: z.object({ password: field.text("The password.") }),
        prefetch: ({ params }, storage) => [userAddress(storage, params.username)],
        handle: async ({ params, input }, cx) => ({
          auth: await login(passwords, params.username, input.password, cx),
        }),
      }),
    },
  });

const userPaths = (passwords: Passwords) =>
  recordPaths({
    at: "users/{username}",
    params: USERNAME,
    lists: ["users"],
    summary: {
      all: "the users of this mount",
      one: "a user: a password, and what the tokens are like",
      list: "list users",
      read: "read a user, without the password",
      write: "write a user; what is not named stays",
      delete: "delete a user; tokens live on to their end",
    },
    input: z.object(userShape),
    answers: UserShown,
    names: (cx) => listUsers(cx.storage),
    find: (name, cx) => readUser(cx.storage, name),
    show: (user) => user,
    write: async (name, input, cx) => {
      await writeUser(cx.storage, name, input, { passwords, random: cx.random });
      return undefined;
    },
    remove: (name, cx) => removeUser(cx.storage, name),
  });

const passwordPath = (passwords: Passwords) =>
  path("users/{username}/password", {
    summary: "the password of a user",
    params: USERNAME,
    ops: {
      update: op({
        summary: "set the password of a user",
        answers: "nothing",
        input: z.object(passwordShape),
        handle: ({ params, input }, cx) =>
          done(writePassword(cx.storage, params.username, input, { passwords, random: cx.random })),
      }),
    },
  });

const policiesPath = path("users/{username}/policies", {
  summary: "the policies of a user",
  params: USERNAME,
  ops: {
    update: op({
      summary: "set the policies of a user",
      answers: "nothing",
      input: z.object(policiesShape),
      handle: ({ params, input }, cx) => done(writePolicies(cx.storage, params.username, input)),
    }),
  },
});

/** The `userpass` auth method. `passwords`: how they are hashed; scrypt unless given. */
export const userpassAuth = (passwords: Passwords = createPasswords()): Backend =>
  defineBackend({
    kind: "auth",
    type: "userpass",
    help: "Logs callers in with a name and a password.",
    paths: [loginPath(passwords), ...userPaths(passwords), passwordPath(passwords), policiesPath],
    lockoutName,
    renewLogin,
  });
