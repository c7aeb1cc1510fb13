import { expect, it } from "@jest/globals";
import { hold, pathIs } from "./support/hold.ts";
import { signIn } from "./support/sign-in.ts";
import { describeUi } from "./support/suite.ts";

/** A tab that opens while somebody signs in in another one. */

interface Told {
  greet?: () => void;
  heard?: boolean;
}

/** Runs in the page: its lock, and with it the greeting of the worker, comes when told; the answer to it is noted. */
const greetLate = (): void => {
  const told = globalThis as unknown as Told;
  const { locks } = navigator;
  const request = locks.request.bind(locks) as (name: string, held: () => Promise<unknown>) => Promise<unknown>;
  const late = new Promise<void>((resolve) => {
    told.greet = resolve;
  });
  Object.assign(locks, {
    request: async (name: string, held: () => Promise<unknown>) => {
      if (name.startsWith("tab-")) await late;
      return request(name, held);
    },
  });
  const { port } = Object.getOwnPropertyDescriptors(SharedWorker.prototype);
  Object.defineProperty(SharedWorker.prototype, "port", {
    get(this: SharedWorker): MessagePort {
      const own = port.get?.call(this) as MessagePort;
      own.addEventListener("message", ({ data }: MessageEvent<{ kind: string }>) => {
        if (data.kind === "state") told.heard = true;
      });
      return own;
    },
  });
};

describeUi("tabs", (ui) => {
  it("a tab that was told that nobody is signed in, and then of a session that is new to it, shows that session", async () => {
    const person = await ui.world.person("alias", []);
    const visitor = await ui.visitor();
    const { gate } = visitor;
    const first = await visitor.tab();
    await first.getByLabel("How", { exact: true }).waitFor();

    // What the second tab asks the worker is refused at once; what anybody may see is on its way.
    const ways = hold(gate, pathIs("sys/internal/ui/mounts"));
    const second = await visitor.context.newPage();
    await second.addInitScript(greetLate);
    await second.goto("/ui/me");
    await ways.asked;
    // What is asked from now on is answered.
    gate.instead = () => undefined;

    await signIn(first, person);
    await second.evaluate(() => (globalThis as unknown as Told).greet?.());
    await second.waitForFunction(() => (globalThis as unknown as Told).heard);
    ways.release();

    await second.getByRole("heading", { level: 1, name: "My access" }).waitFor();
    expect(await second.getByLabel("How", { exact: true }).count()).toBe(0);
  });
});
