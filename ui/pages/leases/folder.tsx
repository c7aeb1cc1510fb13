import { serverNow } from "../../client/clock.ts";
import { Failed } from "../../client/denied.tsx";
import { textsIn } from "../../client/read-json.ts";
import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { Empty, Icon, Loading, Page, Row, Rows, Section, Time } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { kit } from "../../texts/kit.ts";
import { leases } from "../../texts/leases.ts";
import { DayBars } from "./bars.tsx";
import { crumbsOf } from "./crumbs.ts";
import { endsByDay } from "./days.ts";
import { IdForm } from "./id-form.tsx";
import { type Lease, LOOKUP, MOST, useLeases } from "./lookups.ts";
import { RevokeAll } from "./revoke-all.tsx";
import { StuckLeases } from "./stuck.tsx";

/** Leases by where they come from, one level of their ids at a time. */

const dayName = new Intl.DateTimeFormat(kit.locale, { day: "numeric", month: "short" });

const Ends = ({ found, all }: { readonly found: ReadonlyMap<string, Lease>; readonly all: number }) => {
  const ends = [...found.values()].map(({ endsAt }) => endsAt);
  if (ends.length === 0) return null;
  return (
    <>
      <DayBars days={endsByDay(ends, serverNow(), (day) => dayName.format(day), leases)} />
      {all > MOST && <p class="hint">{leases.some(MOST, all)}</p>}
    </>
  );
};

const EndOf = ({ lease }: { readonly lease: Lease | undefined }) => (
  <span class="muted small">{lease && (lease.endsAt === 0 ? leases.never : <Time at={lease.endsAt} />)}</span>
);

const Level = ({ prefix, keys }: { readonly prefix: string; readonly keys: readonly string[] }) => {
  const ids = keys.filter((key) => !key.endsWith("/")).map((key) => prefix + key);
  const found = useLeases(ids);
  return (
    <>
      <Ends found={found} all={ids.length} />
      <Rows label={leases.tree}>
        {keys.map((key) => (
          <Row key={key} href={hrefOf("leases", prefix + key)}>
            <span class="leases-name">
              <Icon name={key.endsWith("/") ? "folder" : "clock"} />
              <span class="mono leases-id">{key}</span>
            </span>
            {!key.endsWith("/") && <EndOf lease={found.get(prefix + key)} />}
          </Row>
        ))}
      </Rows>
    </>
  );
};

/** `prefix`: empty, or with its slash at the end. */
export const FolderPage = ({ prefix }: { readonly prefix: string }) => {
  const session = useSession();
  const { answer, again } = useApi({ method: "GET", path: `${LOOKUP}/${prefix}`, query: { list: "true" } });
  const denied = answer?.ok === false && answer.kind === "denied";
  const trouble = answer?.ok === false && !denied && answer.kind !== "not-found" ? answer : undefined;
  const keys = answer?.ok ? textsIn(answer.data, "keys") : [];
  const mayRevoke = prefix !== "" && session.may(`sys/leases/revoke-prefix/${prefix}`, "sudo");
  return (
    <Page title={prefix === "" ? leases.title : prefix} mono={prefix !== ""} crumbs={crumbsOf(prefix)}>
      {prefix === "" && <p class="muted">{leases.about}</p>}
      {prefix === "" && <StuckLeases />}
      {!answer && <Loading />}
      {denied && <p class="hint">{leases.unlisted}</p>}
      {trouble && <Failed failure={trouble} again={again} />}
      {keys.length > 0 && <Level prefix={prefix} keys={keys} />}
      {answer && !denied && !trouble && keys.length === 0 && <Empty>{leases.none}</Empty>}
      {mayRevoke && <RevokeAll prefix={prefix} onChange={again} />}
      {prefix === "" && (
        <Section title={leases.look}>
          <IdForm />
        </Section>
      )}
    </Page>
  );
};
