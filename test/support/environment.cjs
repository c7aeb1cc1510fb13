const { AsyncLocalStorage } = require("node:async_hooks");
const { TestEnvironment } = require("jest-environment-node");

// Nothing of whoever runs the tests: no identity of AWS, no server of theirs.
for (const name of Object.keys(process.env)) if (/^(?:AWS|BAO|VAULT)_/.test(name)) delete process.env[name];

/**
 * Jest's environment for Node, which also puts the suite's async storages out of use when it ends.
 *
 * Jest's runner makes one for each suite and never ends it. In Node before 24 every promise is then told to every
 * storage that was ever used: after a hundred suites in one worker that was a fifth of its time.
 */
module.exports = class extends TestEnvironment {
  #used = new Set();
  #run = AsyncLocalStorage.prototype.run;

  async setup() {
    await super.setup();
    const used = this.#used;
    const run = this.#run;
    AsyncLocalStorage.prototype.run = function (...given) {
      used.add(this);
      return run.apply(this, given);
    };
  }

  async teardown() {
    AsyncLocalStorage.prototype.run = this.#run;
    for (const storage of this.#used) storage.disable();
    this.#used.clear();
    await super.teardown();
  }
};
