import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

/** S49: what `npm ci` installs is settled by the lock file, byte for byte, and by nothing a registry says later. */

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly inBundle?: boolean;
}

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
const { packages } = read("package-lock.json") as { packages: Readonly<Record<string, Locked>> };
const manifest = read("package.json") as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
const installed = Object.entries(packages).filter(([at]) => at !== "");

/** A package for another platform that was not downloaded where the lock file was written. */
const isOfAnotherPlatform = ({ optional, os, cpu }: Locked): boolean =>
  optional === true && (os !== undefined || cpu !== undefined);

it("S49: every package has a strong integrity hash, or is one that only other platforms install", () => {
  expect(installed.length).toBeGreaterThan(300);
  const without = installed.filter(
    ([, one]) => !one.inBundle && !/^sha512-/.test(one.integrity ?? "") && !isOfAnotherPlatform(one),
  );
  expect(without.map(([at]) => at)).toEqual([]);
});

it("S49: no package comes from a host of its own, a repository, a file or a link: none names where it lies", () => {
  const elsewhere = installed.filter(([, one]) => one.link || one.resolved !== undefined);
  expect(elsewhere.map(([at, { resolved }]) => `${at}: ${resolved}`)).toEqual([]);
});

it("S49: what the project asks for is one exact version each, and that one is locked", () => {
  const wanted = Object.entries({ ...manifest["dependencies"], ...manifest["devDependencies"] });
  expect(wanted.length).toBeGreaterThan(20);
  for (const [name, version] of wanted) {
    expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/)]);
    expect([name, packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
  }
});
