import { useMemo } from "preact/hooks";
import { askers, type Filter, filtered, timeline } from "../../audit/filter.ts";
import type { AuditRow, Outcome } from "../../audit/rows.ts";
import {
  Button,
  exactTime,
  Headed,
  Note,
  Plot,
  preciseTime,
  Section,
  Select,
  Tag,
  TextField,
  useDrawn,
  Visible,
} from "../../kit/index.ts";
import { audit } from "../../texts/audit.ts";

/** The requests of a log, and which of them somebody looks for: "who read this path" is the path typed. */

const NAMED_ASKERS = 12;
const OUTCOMES: readonly Outcome[] = ["allowed", "refused", "no answer"];

const shownTime = (time: string): string => {
  const at = Date.parse(time);
  return Number.isFinite(at) ? preciseTime(at) : time;
};

/** Several errors are a list of lines, each behind a star. */
const reasonIn = (error: string): string => {
  const reasons = [...error.matchAll(/^\s*\* (.*)$/gm)].map(([, reason = ""]) => reason);
  return reasons.length > 0 ? reasons.join(", ") : error.trim();
};

interface FiltersProps {
  readonly rows: readonly AuditRow[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

const Filters = ({ rows, filter, onFilter }: FiltersProps) => {
  const operations = useMemo(() => [...new Set(rows.map(({ operation }) => operation))].sort(), [rows]);
  const any = { value: "", label: audit.any };
  return (
    <fieldset class="audit-filters">
      <legend class="unseen-text">{audit.filters}</legend>
      <TextField label={audit.path} value={filter.path} onInput={(path) => onFilter({ ...filter, path })} mono />
      <TextField label={audit.who} value={filter.who} onInput={(who) => onFilter({ ...filter, who })} />
      <Select
        label={audit.operation}
        value={filter.operation}
        onChange={(operation) => onFilter({ ...filter, operation })}
        options={[any, ...operations.map((value) => ({ value, label: value }))]}
      />
      <Select
        label={audit.outcome}
        value={filter.outcome}
        onChange={(value) => onFilter({ ...filter, outcome: OUTCOMES.find((one) => one === value) ?? "" })}
        options={[any, ...OUTCOMES.map((value) => ({ value, label: audit.outcomes[value] }))]}
      />
      <TextField
        label={audit.from}
        type="datetime-local"
        value={filter.from}
        onInput={(from) => onFilter({ ...filter, from })}
        hint={audit.zone}
      />
      <TextField
        label={audit.until}
        type="datetime-local"
        value={filter.until}
        onInput={(until) => onFilter({ ...filter, until })}
      />
    </fieldset>
  );
};

const Over = ({ rows }: { readonly rows: readonly AuditRow[] }) => {
  const found = useMemo(() => timeline(rows), [rows]);
  if (!found || found.all.length < 2) return undefined;
  return (
    <Plot
      title={audit.timeline}
      series={[
        { label: audit.all, points: found.all },
        { label: audit.refusedOnly, points: found.refused },
      ]}
      format={String}
      formatX={exactTime}
      table={{
        head: [audit.time, audit.all, audit.refusedOnly],
        rows: found.all.map(([at, count], index) => [exactTime(at), `${count}`, `${found.refused[index]?.[1] ?? 0}`]),
      }}
    />
  );
};

const Line = ({ row }: { readonly row: AuditRow }) => (
  <tr>
    <td>{row.line}</td>
    <td>
      <time dateTime={row.time} title={row.time}>
        {shownTime(row.time)}
      </time>
    </td>
    <td>{row.who === "" ? <span class="muted">{audit.nobody}</span> : <Visible text={row.who} />}</td>
    <td>{row.operation}</td>
    <td class="mono audit-path">
      <Visible text={row.path} />
    </td>
    <td>
      <Tag kind={row.outcome === "refused" ? "warn" : undefined}>{audit.outcomes[row.outcome]}</Tag>
      {row.error !== "" && (
        <p class="audit-error muted small">
          <Visible text={reasonIn(row.error)} />
        </p>
      )}
    </td>
  </tr>
);

const HEAD = [audit.line, audit.time, audit.who, audit.operation, audit.path, audit.outcome];

interface RequestsProps {
  readonly rows: readonly AuditRow[];
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
}

export const Requests = ({ rows, filter, onFilter }: RequestsProps) => {
  const found = useMemo(() => filtered(rows, filter), [rows, filter]);
  const [drawn, more] = useDrawn(found);
  const named = useMemo(() => askers(found).slice(0, NAMED_ASKERS), [found]);
  return (
    <Section title={audit.requests}>
      <Filters rows={rows} filter={filter} onFilter={onFilter} />
      {filter.lines && (
        <Note
          kind="info"
          actions={<Button onClick={() => onFilter({ ...filter, lines: undefined })}>{audit.showAll}</Button>}
        >
          {audit.withValue}
        </Note>
      )}
      <p class="muted" aria-live="polite">
        {audit.found(found.length, rows.length)}
      </p>
      {found.length === 0 ? (
        <p>{audit.none}</p>
      ) : (
        <>
          <p>
            {audit.readers}: {named.map(([who, count]) => audit.reader(who || audit.nobody, count)).join(" · ")}
          </p>
          <Over rows={found} />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <section class="audit-table" aria-label={audit.requests} tabIndex={0}>
            <Headed head={HEAD}>
              {drawn.map((row) => (
                <Line key={row.line} row={row} />
              ))}
            </Headed>
          </section>
          {more}
        </>
      )}
    </Section>
  );
};
