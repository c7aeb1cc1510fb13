import type { AnyPath } from "../../../framework/index.ts";
import { operatorPaths } from "./operator-paths.ts";
import { RESOURCES } from "./resources.ts";

/** The paths of ACME: its resources below each directory, and what operators configure. */

const ROLE = { role: "Name of a role." };
const ISSUER = { issuer_ref: "Name or id of an issuer." };

/** The directories of a mount, and what their paths capture. */
const DIRECTORIES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["acme", {}],
  ["roles/{role}/acme", ROLE],
  ["issuer/{issuer_ref}/acme", ISSUER],
  ["issuer/{issuer_ref}/roles/{role}/acme", { ...ISSUER, ...ROLE }],
];

const resourcePaths: readonly AnyPath[] = DIRECTORIES.flatMap(([directory, captures]) =>
  RESOURCES.map(
    ({ below, summary, params = {}, ops }): AnyPath => ({
      template: `${directory}/${below}`,
      summary,
      params: { ...captures, ...params },
      ops,
    }),
  ),
);

export const acmePaths: readonly AnyPath[] = [...operatorPaths, ...resourcePaths];
