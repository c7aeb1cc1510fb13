import { readFileSync } from "node:fs";
import type { TemplateText } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { fileError } from "../files/errors.ts";

/** Reads a template's source. Throws `AgentError`. */
export const readTemplate = (template: TemplateText): TemplateText & { readonly contents: string } => {
  const { source, contents } = template;
  if (source === undefined) return { ...template, contents: contents ?? "" };
  try {
    return { ...template, contents: readFileSync(source, "utf8") };
  } catch (error) {
    const { message } = fileError("open", source, error);
    throw new AgentError(`template server failed to create: failed to read template: ${message}`);
  }
};
