import type { Fields, Level } from "../contract.ts";

/** One line of the log, as Vault's log has it: for people, or as JSON. */

export interface Entry {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: Level;
  /** `agent.auth.handler` */
  readonly module: string;
  readonly message: string;
  readonly fields: Fields;
}

const LABELS: Readonly<Record<Level, string>> = {
  trace: "[TRACE]",
  debug: "[DEBUG]",
  info: "[INFO] ",
  warn: "[WARN] ",
  error: "[ERROR]",
};

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** A message from outside must not make a second line, nor move the cursor of who reads it. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, escaped);

const valueText = (value: string | number | boolean): string => {
  const text = String(value);
  return /^[^\s"=\p{C}]+$/u.test(text) ? text : oneLine(JSON.stringify(text));
};

const standardLine = ({ time, level, module, message, fields }: Entry): string => {
  const pairs = Object.entries(fields).map(([name, value]) => ` ${name}=${valueText(value)}`);
  const tail = pairs.length === 0 ? "" : `:${pairs.join("")}`;
  return `${new Date(time).toISOString()} ${LABELS[level]} ${module}: ${oneLine(message)}${tail}\n`;
};

const jsonLine = ({ time, level, module, message, fields }: Entry): string => {
  const text = JSON.stringify({
    "@level": level,
    "@message": message,
    "@module": module,
    "@timestamp": new Date(time).toISOString().replace("Z", "000Z"),
    ...fields,
  });
  return `${oneLine(text)}\n`;
};

export const LINES = { standard: standardLine, json: jsonLine } as const;
