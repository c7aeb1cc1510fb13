import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** The major version that the functions run on in AWS. */
const RUNTIME = 24;

/** That Node where npm's cache has it (`npm run test:node` brings it), else the one that runs this. */
export const nodeOfRuntime = async (): Promise<string> => {
  if (process.versions.node.startsWith(`${RUNTIME}.`)) return process.execPath;
  const asked = ["--yes", "--offline", "--package", `node@${RUNTIME}`, "--", "node", "-p", "process.execPath"];
  return promisify(execFile)("npx", asked).then(
    ({ stdout }) => stdout.trim(),
    () => process.execPath,
  );
};
