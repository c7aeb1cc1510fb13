/** A template that cannot be read (`parse`), or not be run with this data or within its bounds (`run`). */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly stage: "parse" | "run";
  constructor(stage: TemplateError["stage"], message: string) {
    super(message);
    this.stage = stage;
  }
}

/** Longest part of a template or a value that a message quotes. */
const QUOTED = 40;

export const quote = (text: string): string =>
  JSON.stringify(text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text);

export const unreadable = (message: string): never => {
  throw new TemplateError("parse", message);
};

export const unrunnable = (message: string): never => {
  throw new TemplateError("run", message);
};
