import { findFirefox, findWebKit } from "./installed.ts";

/** Before all suites: says once which browsers are skipped. */
export default (): void => {
  for (const [name, found] of [
    ["Firefox", findFirefox()],
    ["WebKit", findWebKit()],
  ] as const)
    if ("missing" in found)
      process.stdout.write(`test:browsers: ${name} is skipped, not on this machine: ${found.missing}\n`);
};
