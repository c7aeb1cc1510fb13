import { playAreas } from "./play.ts";

/** The key id's own templates look like the player's, so each is replaced by itself. */
const ITSELF = ["token_display_name", "role_name", "public_key_hash"].map((name) => [name, `{{${name}}}`] as const);

playAreas(["ssh"], { sweeps: true, given: async () => new Map<string, unknown>(ITSELF) });
