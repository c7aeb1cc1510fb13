/** A template that cannot be read (`parse`), or not be run with this data or within its bounds (`run`). */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly stage: "parse" | "run";
  /** The message tells where in a template it happened, as Go's does. */
  readonly located: boolean;
  constructor(stage: TemplateError["stage"], message: string, located = false) {
    super(message);
    this.stage = stage;
    this.located = located;
  }
}

/** Where a function cannot do what it is asked; the engine says where. The text must not show a value. */
export const unrunnable = (message: string): never => {
  throw new TemplateError("run", message);
};
