import type { HclBody } from "../../hcl/hcl.ts";
import { goQuote } from "../../std/go-quote.ts";
import { AgentError } from "../contract.ts";
import { autoAuthOf } from "./auto-auth.ts";
import { type ApiProxyBlock, apiProxyOf, type CacheBlock, cacheOf } from "./cache.ts";
import { listenersOf } from "./listeners.ts";
import { type LogBlock, logBlockOf } from "./log.ts";
import type { AutoAuthConfig, ListenerConfig, Subsystem, TemplateConfig, TemplateServerConfig } from "./model.ts";
import {
  type EnvTemplateBlock,
  type ExecBlock,
  envTemplatesOf,
  execOf,
  templateServerOf,
  templatesOf,
} from "./templates.ts";
import { blocks, Members } from "./values.ts";
import { type VaultBlock, vaultOf } from "./vault.ts";
import { within } from "./within.ts";

/** One file of a configuration, each block read and checked by itself. */

export interface FileConfig {
  readonly vault?: VaultBlock | undefined;
  readonly autoAuth?: AutoAuthConfig | undefined;
  readonly apiProxy?: ApiProxyBlock | undefined;
  readonly cache?: CacheBlock | undefined;
  readonly listeners: readonly ListenerConfig[];
  readonly templates: readonly TemplateConfig[];
  readonly templateServer?: TemplateServerConfig | undefined;
  readonly envTemplates: readonly EnvTemplateBlock[];
  readonly exec?: ExecBlock | undefined;
  readonly exitAfterAuth: boolean;
  readonly pidFile?: string | undefined;
  readonly log: LogBlock;
  readonly disableIdleConnections: readonly Subsystem[];
  readonly disableKeepAlives: readonly Subsystem[];
  /** What the log warns of. */
  readonly warnings: readonly string[];
}

const SUBSYSTEMS: readonly Subsystem[] = ["auto-auth", "caching", "proxying", "templating"];
const isSubsystem = (text: string): text is Subsystem => SUBSYSTEMS.some((each) => each === text);

export const subsystemsOf = (key: string, texts: readonly string[]): readonly Subsystem[] =>
  texts
    .map((text) => text.trim())
    .filter((text) => text !== "")
    .map((text) => {
      if (!isSubsystem(text)) throw new AgentError(`unknown ${key} value: ${text}`);
      return text;
    });

const parsing = <T>(key: string, read: () => T): T => within(`error parsing '${key}'`, read);

/** Upstream has two texts for the same. */
const tooMany = (key: string): string =>
  ["vault", "cache", "api_proxy"].includes(key)
    ? `one and only one ${goQuote(key)} block is required`
    : `at most one ${goQuote(key)} block is allowed`;

/** The only block of a key. */
const single = <T>(file: Members, key: string, read: (block: Members) => T): T | undefined =>
  parsing(key, () => {
    const [block, second] = blocks(file, key);
    if (second !== undefined) throw new AgentError(tooMany(key));
    return block && read(block);
  });

/** Throws `AgentError`. */
export const fileConfigOf = (body: HclBody): FileConfig => {
  const file = new Members(body, "");
  const read: Omit<FileConfig, "warnings"> = {
    exitAfterAuth: file.flag("exit_after_auth") ?? false,
    pidFile: file.name("pid_file"),
    log: logBlockOf(file),
    disableIdleConnections: subsystemsOf("disable_idle_connections", file.texts("disable_idle_connections") ?? []),
    disableKeepAlives: subsystemsOf("disable_keep_alives", file.texts("disable_keep_alives") ?? []),
    listeners: parsing("listener", () => listenersOf(file)),
    autoAuth: single(file, "auto_auth", autoAuthOf),
    cache: single(file, "cache", cacheOf),
    apiProxy: single(file, "api_proxy", apiProxyOf),
    templateServer: single(file, "template_config", templateServerOf),
    templates: parsing("template", () => templatesOf(file)),
    exec: single(file, "exec", execOf),
    envTemplates: parsing("env_template", () => envTemplatesOf(file)),
    vault: single(file, "vault", vaultOf),
  };
  return { ...read, warnings: file.unknownBelow().map((key) => `'${key}' has no effect here`) };
};

/** Two configurations as one: lists grow, and of everything else the later one wins. */
export const merged = (first: FileConfig, later: FileConfig): FileConfig => ({
  vault: later.vault ?? first.vault,
  autoAuth: later.autoAuth ?? first.autoAuth,
  apiProxy: later.apiProxy ?? first.apiProxy,
  cache: later.cache ?? first.cache,
  listeners: [...first.listeners, ...later.listeners],
  templates: [...first.templates, ...later.templates],
  templateServer: later.templateServer ?? first.templateServer,
  envTemplates: [...first.envTemplates, ...later.envTemplates],
  exec: later.exec ?? first.exec,
  exitAfterAuth: first.exitAfterAuth || later.exitAfterAuth,
  pidFile: later.pidFile ?? first.pidFile,
  log: Object.fromEntries([
    ...Object.entries(first.log),
    ...Object.entries(later.log).filter(([, value]) => value !== undefined),
  ]),
  disableIdleConnections: [...first.disableIdleConnections, ...later.disableIdleConnections],
  disableKeepAlives: [...first.disableKeepAlives, ...later.disableKeepAlives],
  warnings: [...first.warnings, ...later.warnings],
});

export const nothing: FileConfig = {
  listeners: [],
  templates: [],
  envTemplates: [],
  exitAfterAuth: false,
  log: {},
  disableIdleConnections: [],
  disableKeepAlives: [],
  warnings: [],
};
