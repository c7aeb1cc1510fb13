import { z } from "zod";
import { rowsIn } from "../../core/config/settings.ts";
import type { Core } from "../../core/core.ts";
import { field, folded, invalidRequest, Keys, op, path } from "../../framework/index.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";

/** `sys/config/ui/headers`: headers that are sent with the web page. */

const KIND = "ui-header";
const CSP = "content-security-policy";
const CSP_WARNING = "overriding default Content-Security-Policy which is secure by default, proceed with caution";

/** `x-g-a` as Go spells it: `X-G-A`. `name`: as the path table folds it. */
const spelled = (name: string): string =>
  name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`);

const items = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

const isToken = (text: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);

export const uiHeaderPaths = (core: Core) => {
  const valuesOf = async (name: string): Promise<readonly string[]> =>
    items(new Map(rowsIn(await core.config.snapshot(), KIND)).get(spelled(name))?.["values"]);
  const put = (name: string, value: JsonObject | undefined) => core.config.putRow(KIND, spelled(name), value);

  return [
    path("config/ui/headers", {
      summary: "names of the web page's extra headers",
      params: {},
      ops: {
        list: op({
          summary: "list the headers",
          answers: Keys,
          access: "sudo",
          handle: async () => {
            const rows = rowsIn(await core.config.snapshot(), KIND);
            return { data: { keys: rows.map(([name]) => name).sort() } };
          },
        }),
      },
    }),
    path("config/ui/headers/{header:any}", {
      summary: "a header of the web page",
      params: { header: folded("case", "name of the header, in any case") },
      ops: {
        read: op({
          summary: "read a header",
          answers: [z.object({ value: z.string() }), z.object({ values: z.array(z.string()) })],
          access: "sudo",
          input: z.object({ multivalue: field.flag("answer all values") }),
          handle: async ({ params, input }) => {
            const values = await valuesOf(params.header);
            const [value] = values;
            if (value === undefined) return undefined;
            return { data: input.multivalue ? { values } : { value } };
          },
        }),
        update: op({
          summary: "set a header",
          answers: "nothing",
          access: "sudo",
          input: z.object({ values: field.textList("the header's values") }),
          handle: async ({ params, input }) => {
            const { values } = input;
            const { header } = params;
            if (!values || values.length === 0) throw invalidRequest("header and values must be specified");
            if (header.startsWith("x-vault-")) throw invalidRequest("X-Vault headers cannot be set");
            if (!isToken(header) || values.some((value) => /(?!\t)\p{Cc}/u.test(value))) {
              throw invalidRequest("the name or a value is not valid in a header");
            }
            await put(header, { values });
            return { data: null, warnings: header === CSP ? [CSP_WARNING] : [] };
          },
        }),
        delete: op({
          summary: "remove a header",
          answers: "nothing",
          access: "sudo",
          handle: async ({ params }) => {
            if ((await valuesOf(params.header)).length > 0) await put(params.header, undefined);
            return undefined;
          },
        }),
      },
    }),
  ];
};
