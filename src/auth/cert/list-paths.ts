import { z } from "zod";
import { type BackendContext, folded, invalidRequest, op, path } from "../../framework/index.ts";
import { listing } from "../../framework/records.ts";
import type { Fetch } from "../../outgoing/index.ts";
import { cut } from "../../std/shown.ts";
import { listShape, writeList } from "./list-writes.ts";
import { dropList, type Indexed, indexedLists, listOf } from "./revocation-lists.ts";

/** `crls/…`: the lists of revoked certificates that logins are checked against. */

const ListShown = z.object({
  cdp: z.object({ url: z.string(), valid_until: z.string() }).nullable(),
  /** By serial number, decimal. */
  serials: z.record(z.string(), z.object({})),
});

const absent = (name: string) => invalidRequest(`no such CRL ${cut(name)}`);

const show = async (indexed: Indexed, cx: BackendContext): Promise<z.output<typeof ListShown> | undefined> => {
  const list = await listOf(indexed, cx);
  if (!list) return undefined;
  const { url, nextUpdate, fetched } = indexed;
  return {
    cdp: url === "" ? null : { url, valid_until: new Date(nextUpdate ?? fetched).toISOString() },
    serials: Object.fromEntries([...list.serials].map((serial) => [serial.toString(), {}])),
  };
};

const params = { name: folded("case", "Name of the list; case does not matter.") };

export const listPaths = (fetch: Fetch) => [
  listing(
    "crls",
    { all: "the lists of revoked certificates", list: "list the lists of revoked certificates" },
    async (cx) => (await indexedLists(cx.storage)).map(({ name }) => name),
  ),
  path("crls/{name}", {
    summary: "a list of revoked certificates",
    params,
    ops: {
      read: op({
        summary: "read the serial numbers of a list of revoked certificates",
        answers: ListShown,
        handle: async ({ params: { name } }, cx) => {
          const indexed = (await indexedLists(cx.storage)).find((one) => one.name === name);
          const data = indexed && (await show(indexed, cx));
          if (!data) throw absent(name);
          return { data };
        },
      }),
      update: op({
        summary: "give a list of revoked certificates, or say where it is published",
        answers: "nothing",
        input: z.object(listShape),
        handle: async ({ params: { name }, input }, cx): Promise<undefined> => {
          await writeList(fetch, name, input, cx);
        },
      }),
      delete: op({
        summary: "delete a list of revoked certificates; what it named may log in again",
        answers: "nothing",
        handle: async ({ params: { name } }, cx): Promise<undefined> => {
          if (!(await dropList(cx.storage, name))) throw absent(name);
        },
      }),
    },
  }),
];
