import type { Fields, Level, Log } from "../contract.ts";

/** A text without secrets; `undefined`: nobody can tell what is secret in it, so it must not be shown. */
export type Hide = (text: string) => string | undefined;

const hidden = (hide: Hide, text: string): string => hide(text) ?? "[redacted]";

/**
 * A log for whatever names what a template asked for: paths, files and the server's words about them may be made of a
 * secret's value. Each text goes through `hide`, and no other kind of log is taken there.
 */
export class HiddenLog implements Log {
  readonly #log: Log;
  readonly #hide: Hide;
  readonly trace = this.#at("trace");
  readonly debug = this.#at("debug");
  readonly info = this.#at("info");
  readonly warn = this.#at("warn");
  readonly error = this.#at("error");

  constructor(log: Log, hide: Hide) {
    this.#log = log;
    this.#hide = hide;
  }

  named(name: string): HiddenLog {
    return new HiddenLog(this.#log.named(name), this.#hide);
  }

  #at(level: Level) {
    return (message: string, fields: Fields = {}): void => {
      const safe = Object.entries(fields).map(([name, value]) => [
        name,
        typeof value === "string" ? hidden(this.#hide, value) : value,
      ]);
      this.#log[level](hidden(this.#hide, message), Object.fromEntries(safe));
    };
  }
}
