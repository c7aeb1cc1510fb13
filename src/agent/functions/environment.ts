import { type TemplateFunction, textAt, unrunnable } from "../../go-template/index.ts";
import type { Sources } from "./sources.ts";

/** The agent's own environment. */
export const environmentFunctions = ({ env }: Sources): Readonly<Record<string, TemplateFunction>> => ({
  env: { least: 1, most: 1, run: (args) => env(textAt(args, 0, "env")) ?? "" },
  mustEnv: {
    least: 1,
    most: 1,
    run: (args) => {
      const name = textAt(args, 0, "mustEnv");
      return env(name) || unrunnable(`required environment variable ${name} is empty`);
    },
  },
  envOrDefault: {
    least: 2,
    most: 2,
    run: (args) => env(textAt(args, 0, "envOrDefault")) ?? textAt(args, 1, "envOrDefault"),
  },
});
