import { useState } from "preact/hooks";
import type { Failure } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { Button, CopyAs, Page, Section } from "../../kit/index.ts";
import { status } from "../../texts/status.ts";
import type { PageComponent } from "../page.ts";
import { Cost } from "./cost.tsx";
import { InUse, Keys } from "./counts.tsx";
import { Jobs, Metrics, Versions } from "./lists.tsx";
import { Server } from "./server.tsx";

/** How the server is, as far as the caller may see, and what it costs. */

const Unseen = ({ failures }: { readonly failures: readonly Failure[] }) => {
  const [asked, setAsked] = useState<Failure>();
  return (
    <Section title={status.unseen}>
      <p class="muted">{status.unseenAbout}</p>
      <ul class="status-unseen">
        {failures.map((failure) => (
          <li key={failure.request.path}>
            <code>{failure.request.path}</code>
            <Button kind="quiet" label={status.whyOf(failure.request.path)} onClick={() => setAsked(failure)}>
              {status.why}
            </Button>
          </li>
        ))}
      </ul>
      {asked && <Failed key={asked.request.path} failure={asked} />}
    </Section>
  );
};

const Status: PageComponent = () => {
  const [denied, setDenied] = useState<readonly Failure[]>([]);
  const onDenied = (failure: Failure): void =>
    setDenied((before) => [...before.filter((one) => one.request.path !== failure.request.path), failure]);
  return (
    <Page title={status.title} actions={<CopyAs vault="status" curl={{ method: "GET", path: "sys/health" }} />}>
      <Server />
      <InUse onDenied={onDenied} />
      <Jobs onDenied={onDenied} />
      <Keys onDenied={onDenied} />
      <Versions onDenied={onDenied} />
      <Metrics onDenied={onDenied} />
      <Cost />
      {denied.length > 0 && <Unseen failures={denied} />}
    </Page>
  );
};

export default Status;
