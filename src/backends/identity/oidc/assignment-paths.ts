import { z } from "zod";
import { type BackendContext, field, invalidRequest } from "../../../framework/index.ts";
import { recordPaths } from "../../../framework/records.ts";
import { shown } from "../../../std/shown.ts";
import { ALLOW_ALL, Assignment, prefixOf, readAssignments, recordAt } from "./model.ts";
import { changeRegistry, referring } from "./registry.ts";

/** `identity/oidc/assignment/*`: which entities, by themselves or by their groups, may log in to a client. */

const Input = z.object({
  entity_ids: field.commaList("Ids of entities."),
  group_ids: field.commaList("Ids of groups; their members, inherited ones included, may log in."),
});

/** Ids are compared in lower case; each stands once. */
const idsOf = (given: readonly string[]): string[] => [...new Set(given.map((id) => id.toLowerCase()))].sort();

const write = async (name: string, input: z.output<typeof Input>, cx: BackendContext): Promise<undefined> => {
  if (name === ALLOW_ALL) throw invalidRequest(`modification of assignment ${shown(name)} not allowed`);
  await changeRegistry(cx, "assignment", async () => {
    const address = recordAt(cx.storage, "assignment", name);
    const entry = await cx.storage.get(address);
    const before = entry && Assignment.parse(entry.body);
    const assignment: Assignment = {
      entity_ids: idsOf(input.entity_ids ?? before?.entity_ids ?? []),
      group_ids: idsOf(input.group_ids ?? before?.group_ids ?? []),
    };
    return {
      writes: [{ op: "put", address, body: assignment, when: entry ? { n: entry.n } : "absent" }],
      result: undefined,
    };
  });
};

const remove = (name: string, cx: BackendContext): Promise<void> => {
  if (name === ALLOW_ALL) throw invalidRequest(`deletion of assignment ${shown(name)} not allowed`);
  return changeRegistry(cx, "assignment.delete", async (registry) => {
    const users = referring((await registry()).clients, ({ assignments }) => assignments.includes(name));
    if (users.length > 0) {
      throw invalidRequest(
        `unable to delete assignment ${shown(name)} because it is currently referenced by these clients: ${users.join(", ")}`,
      );
    }
    const address = recordAt(cx.storage, "assignment", name);
    return { writes: [{ op: "delete", address, when: "any" }], result: undefined };
  });
};

export const assignmentPaths = recordPaths({
  at: "oidc/assignment/{name}",
  params: { name: "name of the assignment" },
  lists: ["oidc/assignment"],
  summary: {
    all: "assignments of clients",
    one: "an assignment: who may log in to the clients that name it",
    list: "list the assignments",
    read: "read an assignment",
    write: "make or change an assignment",
    delete: "delete an assignment that no client names",
  },
  input: Input,
  answers: Assignment,
  names: async ({ storage }) => [...new Set([...(await storage.list(prefixOf("assignment"))), ALLOW_ALL])].sort(),
  find: async (name, { storage }) => (await readAssignments(storage, [name])).get(name),
  show: (assignment) => assignment,
  write,
  remove,
});
