import { useRef, useState } from "preact/hooks";
import { EVERYTHING } from "../../audit/filter.ts";
import type { OpenedLog } from "../../audit/opened.ts";
import { Page } from "../../kit/index.ts";
import { audit } from "../../texts/audit.ts";
import type { PageComponent } from "../page.ts";
import { Devices, devicesIn, useDevices } from "./devices.tsx";
import { FindValue } from "./find-value.tsx";
import { OpenLog } from "./open-log.tsx";
import { Requests } from "./requests.tsx";
import { VerdictNote } from "./verdict-note.tsx";

/**
 * Checks a copy of the audit log, searches it, and shows the devices.
 *
 * Security: the file is read in the page and nothing of it is sent. A value to look for goes to `sys/audit-hash`, which
 * hashes it, and is not kept.
 */
const Audit: PageComponent = () => {
  const devices = useDevices();
  const [log, setLog] = useState<OpenedLog | undefined>(undefined);
  const [filter, setFilter] = useState(EVERYTHING);
  const requests = useRef<HTMLDivElement>(null);
  const open = (opened: OpenedLog | undefined): void => {
    setLog(opened);
    setFilter(EVERYTHING);
  };
  const showLines = (lines: readonly number[]): void => {
    setFilter({ ...EVERYTHING, lines: new Set(lines) });
    requests.current?.focus();
  };
  return (
    <Page title={audit.title}>
      <p class="muted audit-intro">{audit.intro}</p>
      <OpenLog onOpened={open} />
      {log && <VerdictNote log={log} />}
      {log && log.rows.length > 0 && (
        <div ref={requests} tabIndex={-1}>
          <Requests rows={log.rows} filter={filter} onFilter={setFilter} />
        </div>
      )}
      <FindValue log={log} devices={devicesIn(devices.answer)} onLines={showLines} />
      <Devices {...devices} />
    </Page>
  );
};

export default Audit;
