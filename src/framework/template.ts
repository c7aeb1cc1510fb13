/**
 * Templates of a path table, taken apart. `route.ts` says what they match, `captures.ts` how their names fold.
 */

/** What a single captured segment may look like. */
export type Shape = "generic" | "at" | "any" | "uuid";

/** What a capture of the shape `generic` takes; for names that come another way than by the path. */
export const GENERIC_NAME = /^\w(?:[\w.-]*\w)?$/;

export type TemplatePart =
  | { readonly type: "static"; readonly text: string }
  | { readonly type: "capture"; readonly name: string; readonly kind: Shape }
  | { readonly type: "rest"; readonly name: string };

/** A fault of the program, found when it starts. */
export const refuse = (template: string, why: string): never => {
  throw new Error(`template "${template}": ${why}`);
};

const parsePart = (segment: string, template: string): TemplatePart => {
  if (segment === "") return refuse(template, "has an empty segment");
  const capture = /^\{([A-Za-z_]\w*)(?:(\+)|:(generic|at|any|uuid))?\}$/.exec(segment);
  if (!capture) {
    return /[{}]/.test(segment)
      ? refuse(template, `cannot read the capture in "${segment}"`)
      : { type: "static", text: segment };
  }
  const name = capture[1] ?? "";
  if (capture[2]) return { type: "rest", name };
  const kind = capture[3];
  return { type: "capture", name, kind: kind === "at" || kind === "any" || kind === "uuid" ? kind : "generic" };
};

/** The parts of a template. Throws for one that cannot be read, or that captures a name twice. */
export const parseTemplate = (template: string): readonly TemplatePart[] => {
  if (template === "") return [];
  const parts = template.split("/").map((segment) => parsePart(segment, template));
  const names = parts.flatMap((part) => (part.type === "static" ? [] : [part.name]));
  if (new Set(names).size !== names.length) refuse(template, "captures a name twice");
  const rest = parts.findIndex((part) => part.type === "rest");
  if (rest >= 0 && parts.slice(rest + 1).some((part) => part.type !== "static")) {
    refuse(template, "only static segments may follow a rest capture");
  }
  return parts;
};
