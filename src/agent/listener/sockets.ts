import { chmod, chown, lstat, unlink } from "node:fs/promises";
import { connect, type ListenOptions, type Server } from "node:net";
import { codeOf } from "../../std/error-code.ts";
import { goQuote } from "../../std/go-quote.ts";
import type { ListenerConfig } from "../config/model.ts";
import { AgentError } from "../contract.ts";
import { findOwner, type OwnerKind } from "../files/index.ts";

/** Where a listener listens: an address and a port, or a socket in the file system. */

type Place = Pick<ListenerConfig, "type" | "address" | "socket">;

/** `listen unix /run/agent.sock: address already in use` */
const cannot = (config: Place, reason: string): AgentError =>
  new AgentError(`Error starting listener: listen ${config.type} ${config.address}: ${reason}`);

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
  EACCES: "bind: permission denied",
  ENOENT: "bind: no such file or directory",
  ENOTDIR: "bind: not a directory",
  ENOTFOUND: "no such host",
  EINVAL: "bind: invalid argument",
};

const reasonOf = (cause: unknown): string => REASONS[codeOf(cause)] ?? (codeOf(cause) || "failed");

/** `127.0.0.1:8100`, `[::1]:8100`, `localhost:8100`, `:8100`. */
const tcpOptions = (config: Place): ListenOptions => {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(config.address);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) throw cannot(config, "the address must be HOST:PORT");
  const host = found[1] ?? found[2] ?? "";
  return host === "" ? { port } : { host, port };
};

const listening = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", (cause) => (codeOf(cause) === "ECONNREFUSED" ? resolve(false) : reject(cause)));
  });

/** Removes a socket that nobody listens at any more. Whatever else is there stays, and is an error. */
const clearPlace = async (config: Place): Promise<void> => {
  const there = await lstat(config.address).catch((cause: unknown) => {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw cannot(config, reasonOf(cause));
  });
  if (there === undefined) return;
  if (!there.isSocket()) throw cannot(config, "what is there is not a socket; it is left as it is");
  const live = await answers(config.address).catch((cause: unknown) => {
    throw cannot(config, `what is there cannot be asked whether it is in use (${reasonOf(cause)})`);
  });
  if (live) throw cannot(config, REASONS["EADDRINUSE"] ?? "");
  await unlink(config.address).catch((cause: unknown) => {
    throw cannot(config, `failed to remove socket file: ${reasonOf(cause)}`);
  });
};

const idOf = async (config: Place, kind: OwnerKind, name: string): Promise<number> => {
  const id = await findOwner(kind, name);
  if (id === undefined) throw cannot(config, `failed to look up ${kind} ${goQuote(name)}`);
  return id;
};

/** Whoever may open the socket may use the agent: its owner alone, unless told otherwise. */
const DEFAULT_MODE = 0o700;

const listenAtPath = async (server: Server, config: Place): Promise<void> => {
  const { mode = DEFAULT_MODE, user, group } = config.socket;
  const uid = user === undefined ? -1 : await idOf(config, "user", user);
  const gid = group === undefined ? -1 : await idOf(config, "group", group);
  await clearPlace(config);
  // The socket is made within this call, with this mode from the start: others can never open it.
  const before = process.umask(0o777 & ~DEFAULT_MODE);
  const bound = listening(server, { path: config.address });
  process.umask(before);
  await bound;
  try {
    if (uid >= 0 || gid >= 0) await chown(config.address, uid, gid);
    await chmod(config.address, mode);
  } catch (cause) {
    throw cannot(config, `failed to set file system permissions on the socket file: ${reasonOf(cause)}`);
  }
};

/** Starts listening. Throws `AgentError`. */
export const listenAt = async (server: Server, config: Place): Promise<void> => {
  try {
    if (config.type === "unix") await listenAtPath(server, config);
    else await listening(server, tcpOptions(config));
  } catch (cause) {
    server.close();
    throw cause instanceof AgentError ? cause : cannot(config, reasonOf(cause));
  }
};
