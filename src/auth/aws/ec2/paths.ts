import { z } from "zod";
import {
  type AnyPath,
  type BackendContext,
  done,
  folded,
  op,
  path,
  TIDY_RUNNING,
  TIDY_STARTED,
} from "../../../framework/index.ts";
import { listing, recordPaths } from "../../../framework/records.ts";
import type { MountId } from "../../../std/brand.ts";
import { AccessEntryShown, accessAddress, findAccessEntry, shownAccessEntry } from "./access-list.ts";
import {
  Certificate,
  certificateShape,
  findCertificate,
  listCertificates,
  removeCertificate,
  writeCertificate,
} from "./certificate-config.ts";
import { allowTag, DenyEntryShown, deniedTags, denyTag, readDenied } from "./deny-list.ts";
import { makeTag, TagMade, tagShape } from "./tagged-role.ts";
import {
  ACCESS_LIST,
  countingNames,
  DENY_LIST,
  readTidyConfig,
  removeTidyConfig,
  TIDY_BUFFER,
  type Tidied,
  TidyConfig,
  tidy,
  tidyConfigShape,
  tidyShape,
  writeTidyConfig,
} from "./tidy.ts";

/** What operators of EC2 logins find below the mount. Lists answer to the names that Vault gave them first, too. */

const certificatePaths = recordPaths({
  at: "config/certificate/{cert_name}",
  params: { cert_name: "Name of the certificate." },
  lists: ["config/certificates"],
  summary: {
    all: "certificates besides AWS's own",
    one: "a certificate that verifies identity documents",
    list: "list certificates",
    read: "read a certificate",
    write: "add a certificate",
    delete: "delete a certificate",
  },
  input: z.object(certificateShape),
  answers: Certificate,
  names: (cx) => listCertificates(cx.storage),
  find: (name, cx) => findCertificate(cx.storage, name),
  show: (certificate) => certificate,
  write: async (name, input, cx) => {
    await writeCertificate(cx.storage, name, input);
    return undefined;
  },
  remove: (name, cx) => removeCertificate(cx.storage, name),
});

const tagPath = path("role/{role}/tag", {
  summary: "tags that give an instance less than its role would",
  params: { role: folded("case", "Name of the role; case does not matter.") },
  ops: {
    update: op({
      summary: "make a role tag",
      answers: TagMade,
      input: z.object(tagShape),
      handle: ({ params, input }, cx) => makeTag(cx, params.role, input),
    }),
  },
});

const accessPaths = (at: string): readonly AnyPath[] => [
  listing(at, { all: "instances that have logged in", list: "list instances on the access list" }, (cx) =>
    countingNames(cx, ACCESS_LIST),
  ),
  path(`${at}/{instance_id}`, {
    summary: "an instance that has logged in",
    params: { instance_id: "Id of the instance." },
    ops: {
      read: op({
        summary: "read an instance's entry",
        answers: AccessEntryShown,
        handle: async ({ params }, cx) => {
          const entry = await findAccessEntry(cx.storage, String(params["instance_id"]), cx.clock.now());
          return entry && { data: shownAccessEntry(entry) };
        },
      }),
      delete: op({
        summary: "remove an instance's entry, so that its next login is the first",
        answers: "nothing",
        handle: ({ params }, cx) => {
          const address = accessAddress(cx.storage, String(params["instance_id"]));
          return done(cx.storage.write([{ op: "delete", address, when: "any" }]));
        },
      }),
    },
  }),
];

const denyPaths = (at: string): readonly AnyPath[] => [
  listing(at, { all: "role tags that are denied", list: "list denied role tags" }, deniedTags),
  path(`${at}/{role_tag+}`, {
    summary: "a role tag that is denied",
    params: { role_tag: "The tag, as it is or in base64." },
    ops: {
      update: op({
        summary: "deny a role tag",
        answers: "nothing",
        handle: ({ params }, cx) => done(denyTag(cx, String(params["role_tag"]))),
      }),
      read: op({
        summary: "read a denied role tag",
        answers: DenyEntryShown,
        handle: async ({ params }, cx) => {
          const data = await readDenied(cx, String(params["role_tag"]));
          return data && { data };
        },
      }),
      delete: op({
        summary: "allow a denied role tag again",
        answers: "nothing",
        handle: ({ params }, cx) => done(allowTag(cx.storage, String(params["role_tag"]))),
      }),
    },
  }),
];

/** One round of a list at a time in this process; other processes only find less to remove. */
const tidying = (list: Tidied) => {
  const running = new Set<MountId>();
  return async (cx: BackendContext, buffer: number) => {
    if (running.has(cx.mount.id)) return { warnings: [TIDY_RUNNING] };
    running.add(cx.mount.id);
    try {
      await tidy(cx, list, buffer);
    } finally {
      running.delete(cx.mount.id);
    }
    return { status: 202, warnings: [TIDY_STARTED] };
  };
};

const tidyPaths = (list: Tidied): readonly AnyPath[] => {
  const run = tidying(list);
  return [list.name, list.formerly].flatMap((name) => [
    path(`tidy/${name}`, {
      summary: `remains of the ${list.name}`,
      params: {},
      ops: {
        update: op({
          summary: "remove entries that expired longer ago than the safety buffer",
          answers: "nothing",
          input: z.object(tidyShape),
          handle: ({ input }, cx) => run(cx, input.safety_buffer ?? TIDY_BUFFER),
        }),
      },
    }),
    path(`config/tidy/${name}`, {
      summary: `how long entries of the ${list.name} count after their expiration`,
      params: {},
      exists: async (_, cx) => (await readTidyConfig(cx.storage, list)) !== undefined,
      ops: {
        update: op({
          summary: "configure tidying; settings not given stay unchanged",
          answers: "nothing",
          input: z.object(tidyConfigShape),
          handle: ({ input }, cx) => done(writeTidyConfig(cx.storage, list, input)),
        }),
        read: op({
          summary: "read the configuration of tidying",
          answers: TidyConfig,
          handle: async (_, cx) => {
            const data = await readTidyConfig(cx.storage, list);
            return data && { data };
          },
        }),
        delete: op({
          summary: "return to the defaults of tidying",
          answers: "nothing",
          handle: (_, cx) => done(removeTidyConfig(cx.storage, list)),
        }),
      },
    }),
  ]);
};

export const ec2Paths = (): readonly AnyPath[] => [
  ...certificatePaths,
  tagPath,
  ...[ACCESS_LIST.name, ACCESS_LIST.formerly].flatMap(accessPaths),
  ...[DENY_LIST.name, DENY_LIST.formerly].flatMap(denyPaths),
  ...tidyPaths(ACCESS_LIST),
  ...tidyPaths(DENY_LIST),
];
