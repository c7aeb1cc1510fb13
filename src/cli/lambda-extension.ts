import { createMethod } from "../agent/auth/index.ts";
import type { MethodConfig, RawConfig } from "../agent/config/model.ts";
import { AgentError, type Surroundings } from "../agent/contract.ts";
import { nameOfExtension, runExtension } from "../agent/lambda/extension.ts";
import type { SessionSettings } from "../agent/lambda/session.ts";
import { type ExtensionSettings, readExtensionSettings } from "../agent/lambda/settings.ts";
import { createThawingClient } from "../agent/lambda/thawing-client.ts";
import { makeLog } from "../agent/process/log.ts";
import { type Client, createClient } from "../client/index.ts";
import { defined } from "../std/defined.ts";
import { systemRandom } from "../std/random.ts";
import { Sensitive } from "../std/sensitive.ts";
import { steady, systemClock } from "../std/time.ts";
import { wallTimer } from "../std/timer.ts";

/** `zeroth lambda-extension PATH`: started by the layer, which gives it the path it was itself started by. */

/** The method `aws` of the agent, configured by the extension's variables. */
const methodConfig = ({ login }: ExtensionSettings): MethodConfig => {
  const config: RawConfig = new Map(
    Object.entries({ type: "iam", role: login.role, header_value: login.serverId, region: login.region }).flatMap(
      ([key, value]) => (value === undefined ? [] : [[key, { kind: "string", value }] as const]),
    ),
  );
  return {
    type: "aws",
    mountPath: login.mountPath,
    config,
    hasConfig: true,
    wrapTtl: 0,
    minBackoff: 0,
    maxBackoff: 0,
    exitOnError: true,
  };
};

/** One login for each call; the client's own tries apply. */
const loginOf = (settings: ExtensionSettings, client: Client, surroundings: Surroundings): SessionSettings["login"] => {
  const { address, tls, retries } = settings;
  const vault = { address, tls, retries };
  const method = createMethod(methodConfig(settings), { vault, surroundings });
  return async () => {
    const request = await method.authenticate(client);
    if (request.kind !== "login") throw new AgentError("the method aws made no login");
    const { secret } = await client.call({ method: "PUT", path: request.path, body: request.body });
    if (!secret?.auth) throw new AgentError("the answer to the login holds no token");
    const { client_token: token, lease_duration, renewable } = secret.auth;
    return { token: new Sensitive(token), auth: { lease_duration, renewable } };
  };
};

const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });

/** Answers the exit code; what is wrong is told on standard error, which Lambda puts into the function's log. */
export const runLambdaExtension = async ([path]: readonly string[]): Promise<number> => {
  try {
    const settings = readExtensionSettings(process.env);
    const write = (line: string): void => {
      if (settings.level !== "off") process.stderr.write(line);
    };
    const level = settings.level === "off" ? "error" : settings.level;
    const log = makeLog({ level, format: "standard", clock: systemClock, write }).named("lambda");
    const surroundings: Surroundings = {
      clock: systemClock,
      steady,
      timer: wallTimer,
      random: systemRandom,
      log,
      env: process.env,
    };
    const { address, tls, namespace, retries, timeout } = settings;
    const retry = { retries, minWait: 250, maxWait: 2000 };
    const userAgent = "zeroth-lambda-extension";
    const make = () => createClient({ address, tls, timeout, retry, userAgent, ...defined({ namespace }) });
    const client = createThawingClient(make, systemClock);
    const login = loginOf(settings, client, surroundings);
    return await runExtension({ settings, name: nameOfExtension(path), client, login, surroundings }, untilSignal());
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    process.stderr.write(`zeroth: ${error.message}\n`);
    return 1;
  }
};
