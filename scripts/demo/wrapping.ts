import type { Setting } from "./setting.ts";
import { chapter, holds, say } from "./story.ts";
import { must } from "./vault.ts";

/** An orchestrator hands a secret on without seeing it used. */
export const wrapForSomebody = async ({ vault }: Setting): Promise<void> => {
  chapter("A secret for somebody else");
  const wrapped = await must(vault("GET", "team/data/web/config", undefined, { "X-Vault-Wrap-TTL": "60" }));
  holds(!wrapped.text.includes("kv-secret"), "an orchestrator reads it wrapped: it sees a token, not the secret");
  const first = await must(vault.as(wrapped.wrapToken)("POST", "sys/wrapping/unwrap"));
  holds(first.text.includes("kv-secret-of-the-web-team"), "the first to unwrap gets it");
  const second = await vault.as(wrapped.wrapToken)("POST", "sys/wrapping/unwrap");
  holds(second.status === 400, `the second is told: ${JSON.parse(second.text).errors[0]}`, second.text);
  say("so the rightful owner, if somebody else was first, finds out");
};
