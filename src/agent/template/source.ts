import { readFileSync } from "node:fs";
import type { TemplateText } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { fileError } from "../files/errors.ts";

/** Its source is read already. */
export interface ReadTemplate extends TemplateText {
  readonly contents: string;
}

/** Reads a template's source: before the first login, which may use up a secret id. Throws `AgentError`. */
export const readTemplate = <T extends TemplateText>(template: T): T & ReadTemplate => {
  const { source, contents } = template;
  if (source === undefined) return { ...template, contents: contents ?? "" };
  try {
    return { ...template, contents: readFileSync(source, "utf8") };
  } catch (error) {
    const { message } = fileError("open", source, error);
    throw new AgentError(`template server failed to create: failed to read template: ${message}`);
  }
};
