import { type Backend, defineBackend } from "../../../framework/index.ts";
import type { Core } from "../../services.ts";

/** The identity store, `identity/`: entities, aliases and groups. */
export const identityBackend = (_core: Core): Backend =>
  defineBackend({ kind: "secret", type: "identity", help: "Entities, aliases and groups.", paths: [] });
