import { z } from "zod";
import type { JsonObject } from "../std/json.ts";
import { text } from "./fields.ts";

const shape = z.object({ role: text("Name of the role.") });

/**
 * The role that a login's raw body names, for `Backend.roleOf`: read as the login itself reads it, so that a number is
 * its digits here too, and no spelling escapes the rate limit of a role. `undefined`: it names none.
 */
export const roleInBody = (body: JsonObject): string | undefined => {
  const parsed = shape.safeParse(body);
  return (parsed.success && parsed.data.role) || undefined;
};
