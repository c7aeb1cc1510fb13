import { z } from "zod";
import {
  type AnyPath,
  type Backend,
  type BackendContext,
  defineBackend,
  done,
  field,
  folded,
  op,
  path,
} from "../../framework/index.ts";
import { listing } from "../../framework/records.ts";
import { createGuard, PUBLIC, type Reach } from "../../outgoing/index.ts";
import { configAddress, configOf, configWarnings, showConfig, writeConfig } from "./config.ts";
import { ConfigShown, configShape } from "./config-fields.ts";
import { lockoutName, login, type Outside, renewLogin } from "./login.ts";
import {
  findMapping,
  GroupShown,
  groupShape,
  type Kind,
  listMappings,
  nameOf,
  removeMapping,
  UserShown,
  userShape,
  writeGroup,
  writeUser,
} from "./mappings.ts";

/**
 * Login by name and password of a directory that speaks LDAP. Trusts the directory about whose password it is and who
 * is in which group, and operators about which directory that is; believes nothing a caller says but the password. It
 * must never send a name that was not escaped, never take an answer that was cut off, and never connect to an address
 * that the guard has not checked.
 */

/** Below the 26 seconds of the function that runs logins. */
const LIMIT_MS = 20_000;

/** What a mount needs of the outside world; tests replace parts of it. */
export const outsideFor = (reach: Reach = PUBLIC): Outside => ({
  guard: createGuard(reach),
  limitMs: LIMIT_MS,
});

const loginPath = (outside: Outside) =>
  path("login/{username+}", {
    summary: "login by a directory's name and password",
    params: { username: folded("login", "Name of the user in the directory.") },
    ops: {
      update: op({
        summary: "log in with a name and a password of the directory",
        answers: "login",
        access: "unauthenticated",
        input: z.object({ password: field.text("The password.") }),
        prefetch: (_, storage) => [configAddress(storage)],
        handle: async ({ given, input }, cx) => {
          const { grant, warnings } = await login(outside, given.username, input.password, cx);
          return { auth: grant, data: {}, warnings };
        },
      }),
    },
  });

const configPath = path("config", {
  summary: "the directory, and how users and groups are found in it",
  params: {},
  ops: {
    read: op({
      summary: "read the configuration, without secrets",
      answers: ConfigShown,
      handle: async (_, cx) => {
        const config = await configOf(cx.storage);
        return { data: showConfig(config), warnings: configWarnings(config) };
      },
    }),
    update: op({
      summary: "write the configuration; what is not named stays",
      answers: "nothing",
      input: z.object(configShape),
      handle: async ({ input }, cx) => {
        const warnings = await writeConfig(cx.storage, input);
        return warnings.length === 0 ? undefined : { warnings };
      },
    }),
  },
});

/** The listing of users or groups. */
const mappings = (kind: Kind, template: string) =>
  listing(template, { all: `the ${template} that are mapped to policies`, list: `list ${template}` }, (cx) =>
    listMappings(cx.storage, kind),
  );

interface Named {
  readonly params: { readonly name: string };
  readonly given: { readonly name: string };
}

/**
 * Where case counts, what was sent is the name: the one place where the configuration and not the table decides it.
 * Policies see it folded in either case, so that none can be got past by another spelling.
 */
const named = async ({ params, given }: Named, cx: BackendContext) => {
  const config = await configOf(cx.storage);
  return { config, name: nameOf(config, given.name, params.name) };
};

const groupPath = path("groups/{name+}", {
  summary: "the policies of a group",
  params: { name: folded("login", "Name of the group, as the directory gives it.") },
  ops: {
    read: op({
      summary: "read the policies of a group",
      answers: GroupShown,
      handle: async (request, cx) => {
        const found = await findMapping(cx.storage, "group", (await named(request, cx)).name);
        return found && { data: { policies: found.policies } };
      },
    }),
    update: op({
      summary: "set the policies of a group",
      answers: "nothing",
      input: z.object(groupShape),
      handle: async (request, cx) => done(writeGroup(cx.storage, (await named(request, cx)).name, request.input)),
    }),
    delete: op({
      summary: "delete the policies of a group; tokens live on to their end",
      answers: "nothing",
      handle: async (request, cx) => done(removeMapping(cx.storage, "group", (await named(request, cx)).name)),
    }),
  },
});

const userPath = path("users/{name+}", {
  summary: "the policies of a user, and groups besides those of the directory",
  params: { name: folded("login", "Name of the user, as it is logged in with.") },
  ops: {
    read: op({
      summary: "read the policies and groups of a user",
      answers: UserShown,
      handle: async (request, cx) => {
        const found = await findMapping(cx.storage, "user", (await named(request, cx)).name);
        return found && { data: { groups: found.groups.join(","), policies: found.policies } };
      },
    }),
    update: op({
      summary: "set the policies and groups of a user",
      answers: "nothing",
      input: z.object(userShape),
      handle: async (request, cx) => {
        const { config, name } = await named(request, cx);
        return done(writeUser(cx.storage, config, name, request.input));
      },
    }),
    delete: op({
      summary: "delete the policies and groups of a user; tokens live on to their end",
      answers: "nothing",
      handle: async (request, cx) => done(removeMapping(cx.storage, "user", (await named(request, cx)).name)),
    }),
  },
});

const paths = (outside: Outside): readonly AnyPath[] => [
  loginPath(outside),
  configPath,
  mappings("user", "users"),
  userPath,
  mappings("group", "groups"),
  groupPath,
];

/** The `ldap` auth method. */
export const ldapAuth = (outside: Outside = outsideFor()): Backend =>
  defineBackend({
    kind: "auth",
    type: "ldap",
    help: "Logs callers in with the names and passwords of a directory.",
    paths: paths(outside),
    lockoutName,
    renewLogin: (renewal, cx) => renewLogin(outside, renewal, cx),
  });
