import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onLoopback } from "../../support/loopback.ts";
import type { World } from "./world.ts";

/** Runs commands of a document with programs that are not on this machine: each is played by a function of the test. */

export interface Invocation {
  readonly args: readonly string[];
  readonly input: string;
  /** The folder it was started in. */
  readonly folder: string;
  /** `HOME` and `VAULT_ADDR`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Answers what the program prints; an error is its complaint. */
export type Player = (invocation: Invocation) => Promise<string>;

export interface Stage {
  /** Runs a script by bash, as somebody would paste it; answers its output. Throws where a command of it fails. */
  play(script: string, folder: string, environment?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

const STAND_IN = fileURLToPath(new URL("stand-in.mjs", import.meta.url));

const answerOf = async (players: Readonly<Record<string, Player>>, text: string) => {
  const { name, ...invocation } = JSON.parse(text) as Invocation & { readonly name: string };
  const player = players[name];
  if (player === undefined) return { code: 127, output: `${name}: not found\n` };
  try {
    return { code: 0, output: await player(invocation) };
  } catch (error) {
    return { code: 1, output: `${name}: ${error instanceof Error ? error.message : String(error)}\n` };
  }
};

/** `sudo -H` makes `ROOT_HOME` of the script's environment the home. */
const SUDO = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do [ "$1" = -H ] && export HOME="$ROOT_HOME"; shift; done
exec "$@"
`;

export const openStage = async (
  world: Pick<World, "folder" | "run">,
  players: Readonly<Record<string, Player>>,
): Promise<Stage> => {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => {
      text += String(piece);
    });
    request.on("end", async () => {
      response.end(JSON.stringify(await answerOf(players, text)));
    });
  });
  const { port, close } = await onLoopback(server);
  const programs = join(world.folder, "programs");
  await mkdir(programs);
  for (const name of Object.keys(players)) {
    const program = join(programs, name);
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${STAND_IN}" "${name}" "$@"\n`);
    await chmod(program, 0o755);
  }
  await writeFile(join(programs, "sudo"), SUDO, { mode: 0o755 });
  return {
    close,
    play: async (script, folder, environment = {}) => {
      const run = world.run(["bash", "-euo", "pipefail", "-c", `cd "${folder}"\n${script}`], {
        PATH: `${programs}:${process.env["PATH"]}`,
        STAGE: `http://127.0.0.1:${port}/`,
        ...environment,
      });
      const code = await run.ended;
      if (code !== 0) throw new Error(`ended with ${code}: ${run.output()}`);
      return run.output();
    },
  };
};
