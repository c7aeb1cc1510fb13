import { func1, func2, STRING, type TemplateFunction, unrunnable } from "../../go-template/index.ts";
import type { Sources } from "./sources.ts";

/** The agent's own environment. */
export const environmentFunctions = ({ env }: Sources): Readonly<Record<string, TemplateFunction>> => ({
  env: func1(STRING, (name) => env(name) ?? ""),
  mustEnv: func1(STRING, (name) => env(name) || unrunnable(`required environment variable ${name} is empty`)),
  envOrDefault: func2(STRING, STRING, (name, fallback) => env(name) ?? fallback),
});
