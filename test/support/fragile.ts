import { jest } from "@jest/globals";

/**
 * A module whose first load fails, as that of a file does which cannot be read for a moment, and which then exports
 * what it is given. `path` as `import` wants it from here. To be called before anything that loads it is imported.
 */
export const fragile = (path: string, exports: object): void => {
  let failed = false;
  jest.unstable_mockModule(path, () => {
    if (failed) return exports;
    failed = true;
    throw new Error(`cannot load ${path}`);
  });
};
