import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { Builder, type WebDriver } from "selenium-webdriver";
import type { Engine } from "./engines.ts";
import type { Installed } from "./installed.ts";

/** A browser with its driver, started for a file of tests and gone with all of its processes after it. */

export interface BrowserSession {
  readonly driver: WebDriver;
  readonly version: string;
  close(): Promise<void>;
}

const START_MS = 20_000;

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
};

/** Of a group of its own, so that what it starts ends with it. */
const start = (program: string, given: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess =>
  spawn(program, given, { detached: true, stdio: ["ignore", "ignore", "ignore", "pipe"], env: environment });

const end = (process_: ChildProcess): void => {
  if (process_.pid === undefined) return;
  try {
    process.kill(-process_.pid, "SIGKILL");
  } catch {
    // Gone already.
  }
};

/** The number of a screen that the X server chose. */
const numberOf = async (server: ChildProcess): Promise<string> => {
  const [chunk] = await once(server.stdio[3] as Readable, "data");
  return String(chunk).trim();
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/status`)).ok;
  } catch {
    return false;
  }
};

const untilReady = async (url: string): Promise<void> => {
  const until = Date.now() + START_MS;
  while (!(await isReady(url))) {
    if (Date.now() > until) throw new Error(`no driver answers at ${url}`);
    await pause(50);
  }
};

export const openSession = async (engine: Engine, installed: Installed): Promise<BrowserSession> => {
  const started: ChildProcess[] = [];
  const endAll = (): void => {
    for (const one of started.splice(0).reverse()) end(one);
  };
  const run = (
    program: string,
    given: readonly string[],
    environment: NodeJS.ProcessEnv = process.env,
  ): ChildProcess => {
    const one = start(program, given, environment);
    started.push(one);
    return one;
  };
  try {
    const screen =
      installed.screen === undefined
        ? undefined
        : await numberOf(
            run(installed.screen, ["-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]),
          );
    const port = await freePort();
    run(installed.driver, engine.driverArguments(port), {
      ...process.env,
      ...engine.environment,
      ...(screen !== undefined && { DISPLAY: `:${screen}` }),
    });
    const url = `http://127.0.0.1:${port}`;
    await untilReady(url);
    const driver = await new Builder()
      .disableEnvironmentOverrides()
      .usingServer(url)
      .withCapabilities(engine.capabilities(installed))
      .build();
    const version = String((await driver.getCapabilities()).get("browserVersion"));
    return {
      driver,
      version,
      close: async () => {
        await driver.quit().catch(() => undefined);
        endAll();
      },
    };
  } catch (error) {
    endAll();
    throw error;
  }
};
