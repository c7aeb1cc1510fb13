import type { FromWorker, ToWorker } from "../protocol.ts";
import { send } from "./calls.ts";
import { createSession } from "./session.ts";
import { createTabs } from "./tabs.ts";

/**
 * The worker that all tabs share: it alone has the token. A browser without shared workers runs one for each tab, which
 * then has a session of its own. It trusts no tab with the token, and trusts them to say truly that somebody is active.
 */

declare const self: WorkerGlobalScope & typeof globalThis & { onconnect?: ((event: MessageEvent) => void) | null };

interface Channel {
  postMessage(message: FromWorker): void;
}

const channels = new Set<Channel>();
const alive = createTabs();
const shared = "onconnect" in self;

const tabs = (): number => (shared ? alive.count() : 1);

const session = createSession({
  now: () => Date.now(),
  send: (request, token) => send(fetch, request, token),
  tell: (state) => {
    for (const channel of channels) channel.postMessage({ kind: "state", state });
  },
  tabs,
  nonce: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join(""),
});

/** Free when this worker is gone, so that tabs learn of it: nothing else tells them. */
const ownLock = `worker-${crypto.randomUUID()}`;
const locked = new Promise<void>((resolve) => {
  void navigator.locks.request(ownLock, () => {
    resolve();
    return new Promise<never>(() => undefined);
  });
});

/** The lock comes free when the tab is gone, however it went. */
const watch = async (channel: Channel, lock: string): Promise<void> => {
  alive.come(lock);
  await navigator.locks.request(lock, () => {
    alive.gone(lock);
    channels.delete(channel);
  });
};

const hear = async (channel: Channel, message: ToWorker): Promise<void> => {
  switch (message.kind) {
    case "hello":
      await locked;
      channels.add(channel);
      channel.postMessage({ kind: "welcome", lock: ownLock });
      channel.postMessage({ kind: "state", state: session.state() });
      if (!alive.has(message.lock)) void watch(channel, message.lock);
      return;
    case "call":
      channel.postMessage({ kind: "answer", id: message.id, answer: await session.call(message.request) });
      return;
    case "attempt":
      channel.postMessage({ kind: "attempted", id: message.id, attempted: await session.attempt(message.attempt) });
      return;
    case "active":
      return session.active();
    case "stay":
      return session.stay();
    case "lock":
      return session.lock();
    case "sign-out":
      return session.signOut();
    case "leave":
      return alive.leave(message.locks) || !shared ? session.signOut() : undefined;
    case "idle":
      return session.setIdle(message.minutes);
  }
};

const listen = (target: MessagePort | (typeof globalThis & Channel)): void => {
  target.addEventListener("message", (event) => void hear(target, (event as MessageEvent<ToWorker>).data));
};

if (shared) {
  self.onconnect = ({ ports: [port] }) => {
    if (!port) return;
    listen(port);
    port.start();
  };
} else {
  listen(self as typeof globalThis & Channel);
}

setInterval(() => session.tick(), 1000);
