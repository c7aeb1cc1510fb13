import { VAULT_VERSION } from "../../contract/version.ts";

const OWN = `Zeroth Agent API Proxy/${VAULT_VERSION} (node ${process.versions.node})`;

/** How the agent calls itself where it passes a request on: its sender's own name comes behind. */
export const proxyUserAgent = (sender: string | undefined): string =>
  sender === undefined || sender === "" ? OWN : `${OWN}; ${sender}`;
