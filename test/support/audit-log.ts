import { createChain } from "../../src/audit/chain.ts";
import { publicPem, signingKey } from "../../src/audit/checkpoint.ts";
import { expandAudit } from "../../src/audit/expand.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../src/std/json.ts";
import { systemRandom } from "../../src/std/random.ts";

/** A small audit log, and the key of its checkpoints. */

const key = signingKey(systemRandom.bytes(32));
export const auditPem = publicPem(key.privateKey);
export const anotherPem = publicPem(signingKey(systemRandom.bytes(32)).privateKey);

/** Lines of the built-in device in Vault's format, checkpoints left out. */
export const inVaultsFormat = (lines: readonly string[]): readonly string[] => expandAudit(lines).lines;

/** The same, parsed. */
export const entriesOf = (lines: readonly string[]): readonly JsonObject[] =>
  inVaultsFormat(lines)
    .map((line) => parseJson(line))
    .filter(isJsonObject);

/** Two writers, line by line in turn; each closes a run after its third line and another after its fifth. */
export const twoWriters = async (): Promise<string[]> => {
  const lines: string[] = [];
  const sink = {
    write: async (line: string) => {
      lines.push(line);
    },
  };
  const options = {
    sink,
    clock: { now: () => 0 },
    random: systemRandom,
    key: async () => key,
    failed: () => undefined,
  };
  const chains = [createChain(options), createChain(options)];
  for (let turn = 1; turn <= 5; turn++) {
    for (const [index, chain] of chains.entries()) {
      await chain.append(`{"time":"t","type":"request","request":{"path":"p${index}/${turn}"}}`);
      if (turn === 3 || turn === 5) await chain.close();
    }
  }
  return lines;
};
