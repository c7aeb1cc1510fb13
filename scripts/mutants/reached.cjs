const { createHash } = require("node:crypto");
const { writeFileSync } = require("node:fs");
const { join, relative } = require("node:path");

/** While marks are recorded: writes what the test file reached to a file of its own in `ZEROTH_REACHED`. */
const folder = process.env.ZEROTH_REACHED;

if (folder) {
  afterAll(() => {
    const test = relative(process.cwd(), expect.getState().testPath);
    const name = createHash("sha256").update(test).digest("hex");
    const sites = [...(globalThis.zerothReached ?? [])];
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ test, sites }));
  });
}
