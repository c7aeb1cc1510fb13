import type { Given } from "../proxy/index.ts";

/** Answers of the agent's own. */

const answer = (status: number, type: string, text: string): Given => ({
  status,
  fields: new Map([
    ["content-type", [type]],
    ["cache-control", ["no-store"]],
    ["x-content-type-options", ["nosniff"]],
  ]),
  body: Buffer.from(text),
});

/** In Vault's envelope. */
export const failure = (status: number, ...errors: readonly string[]): Given => {
  const envelope = JSON.stringify({ errors });
  return answer(status, "application/json", `${envelope}\n`);
};

export const text = (status: number, type: string, content: string): Given => answer(status, type, content);

export const nothing = (status: number): Given => ({ status, fields: new Map(), body: Buffer.alloc(0) });
