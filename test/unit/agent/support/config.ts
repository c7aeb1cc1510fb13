import type { AgentConfig, EnvTemplateConfig, TemplateConfig } from "../../../../src/agent/config/model.ts";

/** A configuration with the usual values. */
export const agentConfig = (changes: Partial<AgentConfig>): AgentConfig => ({
  vault: { address: "http://test", tls: {}, retries: 12 },
  listeners: [],
  templates: [],
  templateServer: {
    exitOnRetryFailure: false,
    staticSecretRenderInterval: 300_000,
    maxConnectionsPerHost: 10,
    leaseRenewalThreshold: 0.9,
  },
  envTemplates: [],
  exitAfterAuth: false,
  log: { level: "info", format: "standard", rotateBytes: 0, rotateDuration: 0, rotateMaxFiles: 0 },
  disableIdleConnections: [],
  disableKeepAlives: [],
  ...changes,
});

const text = (contents: string) => ({
  contents,
  leftDelimiter: "{{",
  rightDelimiter: "}}",
  errorOnMissingKey: false,
  functionDenylist: [],
});

export const envTemplate = (name: string, contents: string): EnvTemplateConfig => ({
  ...text(contents),
  name,
  errorFatal: true,
});

export const template = (
  destination: string,
  contents: string,
  changes: Partial<TemplateConfig> = {},
): TemplateConfig => ({
  ...text(contents),
  destination,
  createDestDirs: true,
  backup: false,
  errorFatal: true,
  ...changes,
});
