import type { z } from "zod";
import type { JsonObject } from "../../std/json.ts";
import { SettingsError } from "./failure.ts";

/** Reading `connection_details`, whatever the kind of database. */

/** Throws `SettingsError` with Vault's texts. */
export const decoded = <Details>(schema: z.ZodType<Details>, details: JsonObject): Details => {
  const parsed = schema.safeParse(details);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0] ?? "");
  throw new SettingsError(
    name === "max_connection_lifetime"
      ? `invalid max_connection_lifetime: ${issue?.message}`
      : `error decoding '${name}': ${issue?.message}`,
  );
};

/** `localhost`, or an address of this machine's own. */
export const isHere = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

const isTemplate = (text: string): boolean => text.includes("{{username}}") || text.includes("{{password}}");

interface Login {
  readonly connection_url?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** Details with a URL that names username and password. Throws `SettingsError` with Vault's texts. */
export const readDetails = <Details extends Login>(schema: z.ZodType<Details>, details: JsonObject): Details => {
  const read = decoded(schema, details);
  const { connection_url: url = "", username = "", password = "" } = read;
  if (url === "") throw new SettingsError("connection_url cannot be empty");
  if (isTemplate(username) || isTemplate(password)) {
    throw new SettingsError("username and/or password cannot contain the template variables");
  }
  return read;
};
