import { z } from "zod";
import { type AnyPath, field, Keys, op, path } from "../../../framework/index.ts";
import { indexAddress } from "../model.ts";
import { BindingShown, bindingsShown, deleteBinding, listBindings } from "./bindings.ts";
import { AcmeConfig, ConfigInput, configWarnings, findConfig, writeConfig } from "./config.ts";
import { configAddress } from "./records.ts";

/** What operators do with a token: configure ACME, and look through the bindings that nobody used yet. */

const configPath = path("config/acme", {
  summary: "whether and how ACME is served",
  params: {},
  ops: {
    read: op({
      summary: "read the configuration",
      answers: AcmeConfig,
      prefetch: (_, storage) => [configAddress(storage), indexAddress(storage)],
      handle: async (_, cx) => {
        const config = await findConfig(cx);
        return { data: config, warnings: await configWarnings(config, cx) };
      },
    }),
    update: op({
      summary: "change the configuration; what is not given stays",
      input: ConfigInput,
      answers: AcmeConfig,
      handle: async ({ input }, cx) => ({ data: await writeConfig(input, cx) }),
    }),
  },
});

const ListInput = z.object({
  after: field.text("Start after this id, which need not exist."),
  limit: field.integer("Most ids in the answer; all unless it is above 0."),
});

const bindingsPath = path("eab", {
  summary: "bindings to external accounts that nobody used yet",
  params: {},
  ops: {
    list: op({
      summary: "list ids, each with its directory",
      input: ListInput,
      answers: Keys.extend({ key_info: z.record(z.string(), BindingShown) }),
      handle: async ({ input: { after = "", limit = 0 } }, cx) => {
        const found = await listBindings({ after, limit }, cx);
        return found.length === 0 ? undefined : { data: bindingsShown(found) };
      },
    }),
  },
});

const bindingPath = path("eab/{key_id:uuid}", {
  summary: "a binding that nobody used yet",
  params: { key_id: "Id of a binding." },
  ops: {
    delete: op({
      summary: "delete a binding",
      answers: "nothing",
      handle: async ({ params: { key_id: id } }, cx) =>
        (await deleteBinding(id, cx)) ? undefined : { warnings: [`No key id found with id: ${id}`] },
    }),
  },
});

export const operatorPaths: readonly AnyPath[] = [configPath, bindingsPath, bindingPath];
