import type { Aws, Sleep } from "./ports.ts";

/** What the engine has of the outside. */
export interface EngineWorld {
  readonly aws: Aws;
  readonly sleep: Sleep;
}
