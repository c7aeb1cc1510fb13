import { readFileSync } from "node:fs";
import type { TemplateText } from "../config/model.ts";
import { AgentError } from "../contract.ts";

const REASONS: Readonly<Record<string, string>> = { ENOENT: "no such file or directory", EACCES: "permission denied" };

/** Reads a template's source. Throws `AgentError`. */
export const readTemplate = (template: TemplateText): TemplateText & { readonly contents: string } => {
  const { source, contents } = template;
  if (source === undefined) return { ...template, contents: contents ?? "" };
  try {
    return { ...template, contents: readFileSync(source, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    const reason = REASONS[code] ?? code;
    throw new AgentError(`template server failed to create: failed to read template: open ${source}: ${reason}`);
  }
};
