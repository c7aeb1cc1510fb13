import type { AnyOp, Backend, Path } from "../../src/framework/index.ts";
import { type FieldInfo, fieldsOfOp } from "../../src/framework/schema.ts";
import { parseTemplate } from "../../src/framework/template.ts";
import type { TestServer } from "./make-server.ts";

/**
 * Every operation of every backend that is mounted, as requests: so that a test holds for paths that are built later.
 */

export interface Endpoint {
  /** `GET`, `LIST`, `POST`, `PATCH` or `DELETE`. */
  readonly method: string;
  /** Below `/v1/`, captures filled with names nothing has. */
  readonly path: string;
  /** The mount's path and the template. */
  readonly name: string;
  readonly access: "unauthenticated" | "sudo" | undefined;
  readonly fields: readonly FieldInfo[];
  /** Whether the path splits POST into create and update. */
  readonly splits: boolean;
}

/** How each operation is asked for over HTTP. */
export const METHODS = {
  create: "POST",
  update: "POST",
  read: "GET",
  list: "LIST",
  scan: "SCAN",
  patch: "PATCH",
  delete: "DELETE",
} as const;

/** Mounts one of each type that is not there yet. */
export const mountEverything = async (server: TestServer): Promise<void> => {
  for (const { kind, type } of server.core.catalog.types) {
    const at = kind === "auth" ? `sys/auth/${type}` : `sys/mounts/${type}`;
    await server.call("POST", at, { body: { type } });
  }
  await server.call("POST", "sys/mounts/kv2", { body: { type: "kv", options: { version: "2" } } });
};

/** What a capture of a mount's templates is filled with, each in turn; nothing: a name that nothing has. */
export type Names = (mount: string, capture: string) => readonly string[] | undefined;

/** The path with each combination of its captures' names. */
const filled = (mount: string, template: string, names: Names): readonly string[] =>
  parseTemplate(template).reduce<readonly string[]>(
    (paths, part) => {
      const nameless = () => {
        if (part.type === "rest") return "nowhere/at-all";
        return part.type === "capture" && part.kind === "uuid" ? "00000000-0000-4000-8000-000000000000" : "nobody";
      };
      const texts = part.type === "static" ? [part.text] : (names(mount, part.name) ?? [nameless()]);
      return paths.flatMap((path) => texts.map((text) => (path === "" ? text : `${path}/${text}`)));
    },
    [""],
  );

const endpointsOf = (mount: string, backend: Backend, names: Names): readonly Endpoint[] =>
  backend.paths.flatMap((path: Path) =>
    Object.entries(path.ops as Readonly<Record<string, AnyOp | undefined>>).flatMap(
      ([operation, op]): readonly Endpoint[] => {
        if (!op) return [];
        return filled(mount, path.template, names).map((at) => ({
          method: METHODS[operation as keyof typeof METHODS],
          path: `${mount}${at}`,
          name: `${operation} ${mount}${path.template}`,
          access: op.access,
          fields: fieldsOfOp(op),
          splits: path.exists !== undefined,
        }));
      },
    ),
  );

export const everyEndpoint = async (
  server: TestServer,
  names: Names = () => undefined,
): Promise<readonly Endpoint[]> => {
  const snapshot = await server.core.config.snapshot();
  const found: Endpoint[] = [];
  for (const mount of snapshot.mounts.values()) {
    const backend = await server.core.catalog.find(mount.kind, mount.info.type, mount.info.options);
    if (backend) found.push(...endpointsOf(mount.info.path, backend, names));
  }
  return found;
};

/** As `call` wants it: the body of a write, the query of everything else; a PATCH says that it is a merge patch. */
export const send = (
  server: TestServer,
  { method, path }: Endpoint,
  token: string | null,
  data: Readonly<Record<string, unknown>>,
) => {
  const headers = method === "PATCH" ? { "content-type": "application/merge-patch+json" } : {};
  if (method === "POST" || method === "PATCH") return server.call(method, path, { token, headers, body: data });
  const query = new URLSearchParams(
    Object.entries(data).map(([name, value]): [string, string] => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return server.call(method, `${path}?${query}`, { token });
};
