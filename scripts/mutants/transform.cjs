const { readFileSync } = require("node:fs");
const { relative } = require("node:path");
const { createTransformer } = require("@swc/jest");

/** swc, given other texts than the files have: those of `ZEROTH_TEXTS`, a JSON file of texts by path. */

const texts = JSON.parse(readFileSync(process.env.ZEROTH_TEXTS, "utf8"));

module.exports = {
  createTransformer: (options) => {
    const swc = createTransformer(options);
    const textOf = (source, file) => texts[relative(process.cwd(), file)] ?? source;
    return {
      ...swc,
      process: (source, file, ...rest) => swc.process(textOf(source, file), file, ...rest),
      processAsync: (source, file, ...rest) => swc.processAsync(textOf(source, file), file, ...rest),
      getCacheKey: (source, file, ...rest) => swc.getCacheKey(textOf(source, file), file, ...rest),
    };
  },
};
