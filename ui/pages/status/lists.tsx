import type { Failure, JsonObject } from "../../client/api.ts";
import { numberIn, objectIn, objectsIn, textIn, textsIn } from "../../client/read-json.ts";
import { Fact, Facts, Section, Table, Time, Visible } from "../../kit/index.ts";
import { status } from "../../texts/status.ts";
import { Part } from "./part.tsx";

/** Work in progress, versions that ran here, and the counters of one environment. */

interface ListProps {
  readonly onDenied: (failure: Failure) => void;
}

const Job = ({ job }: { readonly job: JsonObject }) => (
  <Fact
    name={
      <>
        {textIn(job, "kind")} · {textIn(job, "state")}
      </>
    }
  >
    <span class="mono status-subject">
      <Visible text={textIn(job, "subject")} />
    </span>
    <div class="muted small">
      {status.handled(numberIn(job, "handled"))} · {status.since} <Time at={Date.parse(textIn(job, "started"))} />
    </div>
    {textIn(job, "error") !== "" && <p class="error">{textIn(job, "error")}</p>}
  </Fact>
);

export const Jobs = ({ onDenied }: ListProps) => (
  <Part path="sys/leases/jobs" onDenied={onDenied}>
    {(data = {}) => {
      const jobs = objectsIn(data, "jobs");
      return (
        <Section title={status.jobs}>
          {jobs.length === 0 ? (
            <p class="muted">{status.noJobs}</p>
          ) : (
            <Facts>
              {jobs.map((job) => (
                <Job key={textIn(job, "id")} job={job} />
              ))}
            </Facts>
          )}
        </Section>
      );
    }}
  </Part>
);

export const Versions = ({ onDenied }: ListProps) => (
  <Part path="sys/version-history" query={{ list: "true" }} onDenied={onDenied}>
    {(data = {}) => (
      <Section title={status.versions}>
        <Facts>
          {[...textsIn(data, "keys")].reverse().map((version) => (
            <Fact key={version} name={version}>
              <Time at={Date.parse(textIn(objectIn(objectIn(data, "key_info"), version), "timestamp_installed"))} />
            </Fact>
          ))}
        </Facts>
      </Section>
    )}
  </Part>
);

/** Of the one environment that happened to answer. */
export const Metrics = ({ onDenied }: ListProps) => (
  <Part path="sys/metrics" onDenied={onDenied}>
    {(_, whole) => (
      <Section title={status.metrics}>
        <p class="muted">{status.metricsAbout}</p>
        <details>
          <summary>{status.counters}</summary>
          <Table
            head={status.columns}
            rows={[
              ...objectsIn(whole, "Gauges").map((one) => [textIn(one, "Name"), status.count(numberIn(one, "Value"))]),
              ...objectsIn(whole, "Counters").map((one) => [textIn(one, "Name"), status.count(numberIn(one, "Count"))]),
            ]}
          />
        </details>
      </Section>
    )}
  </Part>
);
