import {
  func0,
  func1,
  Pointer,
  paramOf,
  pointerTo,
  types,
  uint64,
  unrunnable,
  type Value,
} from "../../../go-template/index.ts";
import { Marshalled } from "../go/marshalled.ts";

/** Versions as `github.com/Masterminds/semver` reads and compares them. */

interface Parts {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
}

const VERSION = types.structOf("semver.Version", {});
const POINTER = types.pointerTo(VERSION);
const PATTERN =
  /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const LONGEST = 256;
const MOST = 0xffff_ffff_ffff_ffffn;

const compareIdentifiers = (a: string, b: string): number => {
  if (a === b) return 0;
  const [x, y] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (x && y) return BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0;
  if (x !== y) return x ? -1 : 1;
  return a < b ? -1 : 1;
};

/** None is more than any. */
export const comparePrereleases = (a: string, b: string): number => {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const [left, right] = [a.split("."), b.split(".")];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = compareIdentifiers(one, other);
    if (order !== 0) return order;
  }
  return left.length < right.length ? -1 : 0;
};

const other = paramOf(POINTER);
const partsOf = (value: Value): Version =>
  value instanceof Pointer && value.to instanceof Version ? value.to : unrunnable("expected a version");

const raised = ([major, minor, patch]: Parts["numbers"], at: number): Parts["numbers"] =>
  at === 0 ? [major + 1n, 0n, 0n] : at === 1 ? [major, minor + 1n, 0n] : [major, minor, patch + 1n];

const textOf = ({ numbers, prerelease, metadata }: Omit<Parts, "original">): string =>
  numbers.join(".") + (prerelease && `-${prerelease}`) + (metadata && `+${metadata}`);

export class Version extends Marshalled implements Parts {
  readonly numbers: Parts["numbers"];
  readonly prerelease: string;
  readonly metadata: string;
  readonly original: string;
  constructor(parts: Parts) {
    super(VERSION, {}, methodsOf(parts), textOf(parts));
    this.numbers = parts.numbers;
    this.prerelease = parts.prerelease;
    this.metadata = parts.metadata;
    this.original = parts.original;
  }

  marshalled(): string {
    return textOf(this);
  }

  static parse(original: string): Version | undefined {
    const found = original.length <= LONGEST ? PATTERN.exec(original) : undefined;
    if (!found) return undefined;
    const [major = 0n, minor = 0n, patch = 0n] = found.slice(1, 4).map((digits) => BigInt(digits ?? "0"));
    const prerelease = found[4] ?? "";
    const zeros = prerelease.split(".").some((part) => /^0\d+$/.test(part));
    if (zeros || [major, minor, patch].some((number) => number > MOST)) return undefined;
    return new Version({ numbers: [major, minor, patch], prerelease, metadata: found[5] ?? "", original });
  }
}

export const compareVersions = (a: Parts, b: Parts): number => {
  for (const [at, number] of a.numbers.entries()) {
    const against = b.numbers[at] ?? 0n;
    if (number !== against) return number < against ? -1 : 1;
  }
  return comparePrereleases(a.prerelease, b.prerelease);
};

const methodsOf = (parts: Parts) => {
  const increased = (at: number) => {
    // What comes before a release becomes the release.
    const numbers = at === 2 && parts.prerelease !== "" ? parts.numbers : raised(parts.numbers, at);
    const bare = { numbers, prerelease: "", metadata: "" };
    return new Version({ ...bare, original: (parts.original.startsWith("v") ? "v" : "") + textOf(bare) });
  };
  return {
    Major: func0(() => uint64(parts.numbers[0])),
    Minor: func0(() => uint64(parts.numbers[1])),
    Patch: func0(() => uint64(parts.numbers[2])),
    Prerelease: func0(() => parts.prerelease),
    Metadata: func0(() => parts.metadata),
    Original: func0(() => parts.original),
    String: func0(() => textOf(parts)),
    IncMajor: func0(() => increased(0)),
    IncMinor: func0(() => increased(1)),
    IncPatch: func0(() => increased(2)),
    Compare: func1(other, (value) => BigInt(compareVersions(parts, partsOf(value)))),
    Equal: func1(other, (value) => compareVersions(parts, partsOf(value)) === 0),
    LessThan: func1(other, (value) => compareVersions(parts, partsOf(value)) < 0),
    GreaterThan: func1(other, (value) => compareVersions(parts, partsOf(value)) > 0),
  };
};

export const versionValue = (version: Version): Pointer => pointerTo(version);
