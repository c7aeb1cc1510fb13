import { z } from "zod";
import { type Backend, defineBackend, field, folded, Keys, op, path } from "../../framework/index.ts";
import { lockoutName, login, renewLogin } from "./login.ts";
import { createPasswords, type Passwords } from "./passwords.ts";
import {
  findUser,
  listUsers,
  passwordShape,
  policiesShape,
  readUser,
  removeUser,
  type UserInput,
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

const done = async (work: Promise<void>): Promise<undefined> => void (await work);
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

const userPath = (passwords: Passwords) => {
  const write = op<"users/{username}", UserInput, "nothing">({
    summary: "write a user; what is not named stays",
    answers: "nothing",
    input: z.object(userShape),
    handle: ({ params, input }, cx) =>
      done(writeUser(cx.storage, params.username, input, { passwords, random: cx.random })),
  });
  return path("users/{username}", {
    summary: "a user: a password, and what the tokens are like",
    params: USERNAME,
    exists: async ({ params }, cx) => (await findUser(cx.storage, params.username)) !== undefined,
    ops: {
      update: write,
      read: op({
        summary: "read a user, without the password",
        answers: UserShown,
        handle: async ({ params }, cx) => {
          const data = await readUser(cx.storage, params.username);
          return data && { data };
        },
      }),
      delete: op({
        summary: "delete a user; tokens live on to their end",
        answers: "nothing",
        handle: ({ params }, cx) => done(removeUser(cx.storage, params.username)),
      }),
    },
  });
};

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

const usersPath = path("users", {
  summary: "the users of this mount",
  params: {},
  ops: {
    list: op({
      summary: "list users",
      answers: Keys,
      handle: async (_, cx) => ({ data: { keys: await listUsers(cx.storage) } }),
    }),
  },
});

/** The `userpass` auth method. `passwords`: how they are hashed; scrypt unless given. */
export const userpassAuth = (passwords: Passwords = createPasswords()): Backend =>
  defineBackend({
    kind: "auth",
    type: "userpass",
    help: "Logs callers in with a name and a password.",
    paths: [loginPath(passwords), usersPath, userPath(passwords), passwordPath(passwords), policiesPath],
    lockoutName,
    renewLogin,
  });
