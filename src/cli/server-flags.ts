import type { FlagTable } from "./flags.ts";

/** The flags of every command that speaks to a server. */
export const SERVER_FLAGS: FlagTable = {
  address: { kind: "text", value: "url", help: "The server. Also VAULT_ADDR. Default: https://127.0.0.1:8200." },
  namespace: { kind: "text", value: "name", help: "The namespace of every request. Also VAULT_NAMESPACE." },
  ns: { kind: "text", value: "name", help: "The same.", hidden: true },
  "ca-cert": { kind: "text", value: "file", help: "PEM file of the authorities to trust. Also VAULT_CACERT." },
  "ca-path": { kind: "text", value: "folder", help: "Folder of such files. Also VAULT_CAPATH." },
  "client-cert": { kind: "text", value: "file", help: "PEM file of a client certificate. Also VAULT_CLIENT_CERT." },
  "client-key": { kind: "text", value: "file", help: "PEM file of its key. Also VAULT_CLIENT_KEY." },
  "tls-server-name": {
    kind: "text",
    value: "name",
    help: "The name the server's certificate must carry. Also VAULT_TLS_SERVER_NAME.",
  },
  "tls-skip-verify": { kind: "boolean", help: "Do not verify the server's certificate. Also VAULT_SKIP_VERIFY." },
};
