import { unrunnable } from "./errors.ts";
import { noFlags } from "./format.ts";
import { ANY, STRING, variadic } from "./function.ts";
import { Printer } from "./print.ts";
import { bare, type Room, type Value } from "./values.ts";

/**
 * `printf`. What does not fit is printed as Go prints it (`%!d(string=x)`, `%!s(MISSING)`) and does not fail.
 * Source: Go documentation, package fmt.
 */

/** Largest width, precision or number of an argument. */
const LARGEST = 1_000_000;

const FLAGS: Readonly<Record<string, "sharp" | "zero" | "plus" | "minus" | "space">> = {
  "#": "sharp",
  "0": "zero",
  "+": "plus",
  "-": "minus",
  " ": "space",
};

/** The digits of a number; a number that is too large ends the format. */
const DIGITS = /\d*/y;

class Formatter {
  private readonly printer: Printer;
  private readonly parts: string[] = [];
  private readonly format: string;
  private readonly values: readonly Value[];
  private readonly room: Room;
  private at = 0;
  private argument = 0;
  /** An index such as `[3]` stood right before. */
  private afterIndex = false;
  private goodIndex = true;
  private reordered = false;

  constructor(format: string, values: readonly Value[], room: Room) {
    this.format = format;
    this.values = values;
    this.room = room;
    this.printer = new Printer(room);
  }

  run(): string {
    const { format } = this;
    while (this.at < format.length) {
      const percent = format.indexOf("%", this.at);
      this.write(format.slice(this.at, percent < 0 ? format.length : percent));
      if (percent < 0) break;
      this.at = percent + 1;
      this.directive();
    }
    if (!this.reordered && this.argument < this.values.length) this.extra();
    return this.parts.join("");
  }

  /** Whether something did not fit. */
  get complained(): boolean {
    return this.printer.complained;
  }

  private write(text: string): void {
    this.parts.push(this.printer.put(text));
  }

  private complain(text: string): void {
    this.printer.complained = true;
    this.write(text);
  }

  private directive(): void {
    this.room.step();
    this.goodIndex = true;
    this.readFlags();
    this.afterIndex = false;
    this.readIndex();
    this.readWidth();
    this.readPrecision();
    if (!this.afterIndex) this.readIndex();
    const verb = this.format.slice(this.at, this.at + 2).match(/^./su)?.[0] ?? "";
    this.at += verb.length;
    this.print(verb);
  }

  private readFlags(): void {
    const flags = noFlags();
    for (let flag = FLAGS[this.char()]; flag !== undefined; flag = FLAGS[this.char()]) {
      flags[flag] = true;
      this.at += 1;
    }
    this.printer.flags = flags;
  }

  private char(): string {
    return this.format.charAt(this.at);
  }

  /** `[3]` */
  private readIndex(): void {
    this.afterIndex = false;
    if (this.char() !== "[") return;
    this.reordered = true;
    const rest = this.format.length - this.at;
    const end = rest < 3 ? -1 : this.format.indexOf("]", this.at);
    if (end < 0) {
      this.at += 1;
      this.goodIndex = false;
      return;
    }
    const digits = this.format.slice(this.at + 1, end);
    const index = /^\d{1,7}$/.test(digits) ? Number(digits) - 1 : undefined;
    this.at = end + 1;
    if (index === undefined || index < 0 || index >= this.values.length) {
      this.goodIndex = false;
      this.afterIndex = index !== undefined;
      return;
    }
    this.argument = index;
    this.afterIndex = true;
  }

  /** The digits that come next; `undefined`: none, or too many. */
  private readDigits(): number | undefined {
    DIGITS.lastIndex = this.at;
    const digits = DIGITS.exec(this.format)?.[0] ?? "";
    const isTooLarge = Number(digits.slice(0, -1)) > LARGEST;
    this.at = isTooLarge ? this.format.length : this.at + digits.length;
    return digits === "" || isTooLarge ? undefined : Number(digits);
  }

  /** `*`: a number that is an argument. */
  private takeNumber(): number | undefined {
    if (this.argument >= this.values.length) return undefined;
    const value = bare(this.values[this.argument]);
    this.argument += 1;
    const isSmall = typeof value === "bigint" && value <= LARGEST && value >= -LARGEST;
    return isSmall ? Number(value) : undefined;
  }

  private readWidth(): void {
    const { flags } = this.printer;
    if (this.char() !== "*") {
      const width = this.readDigits();
      if (this.afterIndex && width !== undefined) this.goodIndex = false;
      flags.width = width ?? 0;
      return;
    }
    this.at += 1;
    const width = this.takeNumber();
    if (width === undefined) this.complain("%!(BADWIDTH)");
    flags.width = Math.abs(width ?? 0);
    if ((width ?? 0) < 0) {
      flags.minus = true;
      flags.zero = false;
    }
    this.afterIndex = false;
  }

  private readPrecision(): void {
    if (this.char() !== "." || this.at + 1 >= this.format.length) return;
    const { flags } = this.printer;
    this.at += 1;
    if (this.afterIndex) this.goodIndex = false;
    this.readIndex();
    if (this.char() !== "*") {
      flags.precision = this.readDigits() ?? 0;
      return;
    }
    this.at += 1;
    const precision = this.takeNumber();
    flags.precision = precision !== undefined && precision >= 0 ? precision : undefined;
    if (flags.precision === undefined) this.complain("%!(BADPREC)");
    this.afterIndex = false;
  }

  /** What is printed where there is no value to print. */
  private substitute(verb: string): string | undefined {
    if (verb === "") return "%!(NOVERB)";
    if (!this.goodIndex) return `%!${verb}(BADINDEX)`;
    return this.argument >= this.values.length ? `%!${verb}(MISSING)` : undefined;
  }

  private print(verb: string): void {
    const { printer } = this;
    const substitute = this.substitute(verb);
    if (verb === "%") {
      this.write("%");
      return;
    }
    if (substitute !== undefined) {
      this.complain(substitute);
      return;
    }
    const { flags } = printer;
    if (verb === "v" || verb === "w")
      printer.flags = { ...flags, sharpV: flags.sharp, plusV: flags.plus, sharp: false, plus: false };
    this.parts.push(printer.argument(this.values[this.argument], verb));
    this.argument += 1;
  }

  private extra(): void {
    this.printer.flags = noFlags();
    this.complain("%!(EXTRA ");
    for (const [at, value] of this.values.slice(this.argument).entries()) {
      if (at > 0) this.write(", ");
      this.parts.push(this.printer.typed(value));
    }
    this.write(")");
  }
}

/** `fmt.Sprintf` */
export const sprintf = (format: string, values: readonly Value[], room: Room): string =>
  new Formatter(format, values, room).run();

/** `printf` for a text in which Go's complaints, such as `%!s(MISSING)`, have no place: it fails where Go complains. */
export const strictPrintf = variadic([STRING], ANY, ([format = ""], values, room) => {
  const formatter = new Formatter(format, values, room);
  const text = formatter.run();
  return formatter.complained ? unrunnable("printf has values that do not fit its verbs") : text;
});

const isString = (value: Value): boolean => typeof bare(value) === "string";

/** `fmt.Sprint`: a blank between two values when neither is a string. */
export const sprint = (values: readonly Value[], room: Room): string => {
  const printer = new Printer(room);
  const parts = values.map((value, at) => {
    const isApart = at > 0 && !isString(value) && !isString(values[at - 1]);
    return (isApart ? printer.put(" ") : "") + printer.argument(value, "v");
  });
  return parts.join("");
};

/** `fmt.Sprintln` */
export const sprintln = (values: readonly Value[], room: Room): string => {
  const printer = new Printer(room);
  const parts = values.map((value, at) => (at > 0 ? printer.put(" ") : "") + printer.argument(value, "v"));
  return parts.join("") + printer.put("\n");
};

/** As a template prints a value within others: `%v`. */
export const textOf = (value: Value, room: Room): string => sprint([value], room);
