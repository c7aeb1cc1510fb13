import { func1, func2, STRING, type TemplateFunction, unrunnable } from "../../../go-template/index.ts";
import { comparePrereleases, compareVersions, Version, versionValue } from "./version.ts";

/** Constraints of versions: `>=1.2 <2 || ^3`. Source: `github.com/Masterminds/semver`, v3. */

interface Constraint {
  readonly operator: string;
  readonly version: Version;
  /** Parts that were left out, or written as `x`. */
  readonly anyMinor: boolean;
  readonly anyPatch: boolean;
  /** Some part was. */
  readonly open: boolean;
}

const OPERATORS = "=>|=<|!=|>=|<=|~>|=|>|<|~|\\^|";
const PART = "[0-9|xX*]+";
const SUFFIX = "(?:-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?";
const VERSION = `v?${PART}(?:\\.${PART})?(?:\\.${PART})?${SUFFIX}`;
const ONE = new RegExp(`^(${OPERATORS})\\s*v?(${PART})(?:\\.(${PART}))?(?:\\.(${PART}))?(${SUFFIX})$`);
const EACH = new RegExp(`(?:${OPERATORS})\\s*${VERSION}`, "g");
const RANGE = new RegExp(`\\s*(${VERSION})\\s+-\\s+(${VERSION})\\s*`, "g");
const LONGEST = 500;

const wrong = (): never => unrunnable("improper constraint");

const isAny = (part: string | undefined): boolean => part === undefined || /^[xX*]$/.test(part);

const constraintOf = (text: string): Constraint => {
  const [, operator = "", major, minor, patch, suffix = ""] = ONE.exec(text) ?? wrong();
  const anyMajor = isAny(major);
  const anyMinor = !anyMajor && isAny(minor);
  const anyPatch = !anyMajor && !anyMinor && isAny(patch);
  const pre = suffix.replace(/\+.*$/, "");
  const whole = anyMajor
    ? `0.0.0${pre}`
    : anyMinor
      ? `${major}.0.0${pre}`
      : anyPatch
        ? `${major}.${minor}.0${pre}`
        : `${major}.${minor}.${patch}${suffix}`;
  const version = Version.parse(whole) ?? wrong();
  return { operator, version, anyMinor, anyPatch, open: anyMajor || anyMinor || anyPatch };
};

type Check = (version: Version, constraint: Constraint) => boolean;

/** A version before a release fits only where the constraint names one. */
const isHidden = (version: Version, { version: wanted }: Constraint): boolean =>
  version.prerelease !== "" && wanted.prerelease === "";

const notEqual: Check = (version, constraint) => {
  const { version: wanted, open, anyMinor, anyPatch } = constraint;
  if (!open) return compareVersions(version, wanted) !== 0;
  if (isHidden(version, constraint)) return false;
  if (wanted.numbers[0] !== version.numbers[0]) return true;
  if (anyMinor) return false;
  if (wanted.numbers[1] !== version.numbers[1]) return true;
  return anyPatch
    ? comparePrereleases(version.prerelease, wanted.prerelease) !== 0
    : wanted.numbers[2] !== version.numbers[2];
};

const above: Check = (version, { version: wanted, open, anyMinor, anyPatch }) => {
  const [major, minor] = version.numbers;
  if (!open || major === wanted.numbers[0]) {
    if (anyMinor) return false;
    return anyPatch ? minor > wanted.numbers[1] : compareVersions(version, wanted) > 0;
  }
  return major > wanted.numbers[0];
};

const atMost: Check = (version, { version: wanted, open, anyMinor }) => {
  if (!open) return compareVersions(version, wanted) <= 0;
  const [major, minor] = version.numbers;
  if (major !== wanted.numbers[0]) return major < wanted.numbers[0];
  return anyMinor || minor <= wanted.numbers[1];
};

const tilde: Check = (version, { version: wanted, anyMinor, anyPatch }) => {
  if (compareVersions(version, wanted) < 0) return false;
  if (wanted.numbers.every((part) => part === 0n) && !anyMinor && !anyPatch) return true;
  return version.numbers[0] === wanted.numbers[0] && (anyMinor || version.numbers[1] === wanted.numbers[1]);
};

const caret: Check = (version, { version: wanted, anyMinor, anyPatch }) => {
  if (compareVersions(version, wanted) < 0) return false;
  const [major, minor, patch] = wanted.numbers;
  if (major > 0n || anyMinor) return version.numbers[0] === major;
  if (version.numbers[0] > 0n) return false;
  if (minor > 0n || anyPatch) return version.numbers[1] === minor;
  return version.numbers[1] === 0n && version.numbers[2] === patch;
};

const equal: Check = (version, constraint) =>
  constraint.open ? tilde(version, constraint) : compareVersions(version, constraint.version) === 0;

const atLeast: Check = (version, { version: wanted }) => compareVersions(version, wanted) >= 0;

const CHECKS: Readonly<Record<string, Check>> = {
  "": equal,
  "=": equal,
  ">": above,
  "<": (version, { version: wanted }) => compareVersions(version, wanted) < 0,
  ">=": atLeast,
  "=>": atLeast,
  "<=": atMost,
  "=<": atMost,
  "~": tilde,
  "~>": tilde,
  "^": caret,
};

const fits = (version: Version, constraint: Constraint): boolean => {
  if (constraint.operator === "!=") return notEqual(version, constraint);
  return !isHidden(version, constraint) && CHECKS[constraint.operator]?.(version, constraint) === true;
};

const constraintsOf = (text: string): readonly Constraint[] => {
  const found = text.match(EACH) ?? wrong();
  // Nothing but blanks and commas may stand between them.
  if (!/^[\s,]*$/.test(text.replace(EACH, ""))) return wrong();
  return found.map((one) => constraintOf(one));
};

const compare = (constraint: string, text: string): boolean => {
  if (constraint.length > LONGEST) return wrong();
  const ranges = constraint.replace(RANGE, ">= $1, <= $2");
  const alternatives = ranges.split("||").map(constraintsOf);
  const version = Version.parse(text) ?? unrunnable("Invalid Semantic Version");
  return alternatives.some((all) => all.every((one) => fits(version, one)));
};

export const VERSIONS: Readonly<Record<string, TemplateFunction>> = {
  semver: func1(STRING, (text) => versionValue(Version.parse(text) ?? unrunnable("Invalid Semantic Version"))),
  semverCompare: func2(STRING, STRING, compare),
};
