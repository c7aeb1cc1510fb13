import { memberOf } from "../std/member.ts";
import { shown } from "../std/shown.ts";
import type { ListenerConfig } from "./config/model.ts";
import { AgentError } from "./contract.ts";

/** Addresses of listeners that name an interface of this machine: `{{ GetInterfaceIP "eth0" }}:8100`. */

const fill = async (text: string): Promise<string> => {
  const { fillAddress, loadLibraries, systemNetwork } = await import("./functions/index.ts");
  // The language's filters may need regular expressions, which no word of the text tells.
  const libraries = await loadLibraries("sockaddr");
  try {
    return fillAddress(text, systemNetwork(), libraries);
  } catch (error) {
    const why = memberOf(error, "message");
    throw new AgentError(`Error starting listener: unable to parse address template ${shown(text)}: ${why}`);
  }
};

const filled = async (listener: ListenerConfig): Promise<ListenerConfig> => {
  if (listener.type !== "tcp" || !listener.address.includes("{{")) return listener;
  const address = (await fill(listener.address)).trim();
  if (address.includes(" ")) {
    throw new AgentError(`Error starting listener: multiple addresses found (${shown(address)}), please configure one`);
  }
  return { ...listener, address };
};

/** Throws `AgentError`. */
export const fillAddresses = (listeners: readonly ListenerConfig[]): Promise<ListenerConfig[]> =>
  Promise.all(listeners.map(filled));
