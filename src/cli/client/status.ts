import { ConnectionError, ResponseError } from "../../client/index.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../std/json.ts";
import type { ClientCommand } from "./command.ts";
import { CommandFailure } from "./console.ts";
import { goText } from "./go-text.ts";
import { keyTable, printText } from "./output.ts";
import { LIST_FLAGS, type Session } from "./session.ts";

/** `zeroth status`: 0 where the server is open, 2 where it is sealed, 1 where it does not answer. */

const ROWS: readonly (readonly [string, string])[] = [
  ["Seal Type", "type"],
  ["Initialized", "initialized"],
  ["Sealed", "sealed"],
  ["Total Shares", "n"],
  ["Threshold", "t"],
  ["Version", "version"],
  ["Build Date", "build_date"],
  ["Storage Type", "storage_type"],
  ["Cluster Name", "cluster_name"],
  ["Cluster ID", "cluster_id"],
];

/** Where the seal opens by itself, keys are for recovery. */
const RECOVERY: Readonly<Record<string, string>> = {
  "Seal Type": "Recovery Seal Type",
  "Total Shares": "Total Recovery Shares",
};

const labelOf = (label: string, state: JsonObject): string =>
  (state["recovery_seal"] === true ? RECOVERY[label] : undefined) ?? label;

const rowsOf = (state: JsonObject): (readonly string[])[] =>
  ROWS.filter(([, name]) => state[name] !== undefined && state[name] !== "").map(([label, name]) => [
    labelOf(label, state),
    goText(state[name]),
  ]);

/** Whether several servers share the work, as the server tells it. */
const leaderRows = async (session: Session): Promise<(readonly string[])[]> => {
  const { body } = await session.call({ method: "GET", path: "sys/leader" });
  const leader = isJsonObject(body) ? body : {};
  const enabled = ["HA Enabled", goText(leader["ha_enabled"] ?? false)];
  return leader["ha_enabled"] === true
    ? [enabled, ["HA Mode", leader["is_self"] === true ? "active" : "standby"]]
    : [enabled];
};

const stateOf = async (
  session: Session,
): Promise<{ readonly state: JsonObject; readonly rows: (readonly string[])[] }> => {
  const ask = { method: "GET", path: "sys/seal-status" } as const;
  const body: JsonValue | undefined = (await session.callAs(undefined, ask)).body;
  const state = isJsonObject(body) ? body : {};
  const rows = rowsOf(state);
  return { state, rows: state["sealed"] === true ? rows : [...rows, ...(await leaderRows(session))] };
};

export const status: ClientCommand = {
  usage: "zeroth status [options]",
  about: "Tells the state of the server. Exits with 0 if it is open, 2 if it is sealed, 1 if it does not answer.",
  flags: LIST_FLAGS,
  words: [0, 0],
  doing: () => "Error checking seal status",
  run: async (session) => {
    const { console, wanted } = session;
    try {
      const { state, rows } = await stateOf(session);
      if (wanted.format === "table") console.out(keyTable(rows));
      else await printText(console, wanted.format, state);
      return state["sealed"] === false ? 0 : 2;
    } catch (error) {
      // Not 2: that means sealed.
      if (error instanceof ResponseError || error instanceof ConnectionError) {
        throw new CommandFailure(`Error checking seal status: ${error.message}`, 1);
      }
      throw error;
    }
  },
};
