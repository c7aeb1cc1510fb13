import { Code, curlOf } from "../../kit/index.ts";
import { api } from "../../texts/api.ts";
import { shownRequest, vaultCommand } from "./command.ts";
import type { Values } from "./request.ts";
import type { Endpoint } from "./spec.ts";

/** The request for a terminal, as far as it is filled in. */

interface CommandsProps {
  readonly endpoint: Endpoint;
  readonly values: Values;
}

export const Commands = ({ endpoint, values }: CommandsProps) => {
  const request = shownRequest(endpoint, values);
  if (!request) return undefined;
  return (
    <details class="api-commands">
      <summary>{api.commands}</summary>
      <Code text={vaultCommand(endpoint, request)} label={api.vault} copy />
      <Code text={curlOf(request, location.origin)} label={api.curl} copy />
      {endpoint.inputs.some(({ secret }) => secret) && <p class="muted small">{api.secretsLeftOut}</p>}
    </details>
  );
};
