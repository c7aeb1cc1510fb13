import { useEffect, useState } from "preact/hooks";
import { paced } from "../../client/paced.ts";
import { useSession } from "../../client/session.ts";
import {
  announce,
  Button,
  Empty,
  exactTime,
  Loading,
  Page,
  Row,
  Rows,
  Section,
  Segmented,
  Time,
  useNow,
  Visible,
} from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { expiring } from "../../texts/expiring.ts";
import type { PageComponent } from "../page.ts";
import { byDay, type Day, daysAhead, type Ending } from "./days.ts";
import { type Gathered, gathererOf } from "./gather.ts";

/** What ends soon, by day: secrets by their metadata, leases, and one's own sign-in. */

const useEndings = (): Gathered & { readonly goOn: () => void } => {
  const session = useSession();
  const [, look] = useState(0);
  // Of the session as it is now: one that is renewed meanwhile may see the same.
  const [gatherer] = useState(() =>
    gathererOf(
      session,
      paced(() => look((count) => count + 1)),
    ),
  );
  useEffect(() => {
    gatherer.go();
    return gatherer.stop;
  }, [gatherer]);
  return { ...gatherer.state(), goOn: gatherer.go };
};

const dayFormat = new Intl.DateTimeFormat(expiring.locale, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});

const clockFormat = new Intl.DateTimeFormat(expiring.locale, { timeStyle: "short" });

/** Under the heading of its day, the hour; under what is over, how long ago. */
const When = ({ ending, over }: { readonly ending: Ending; readonly over: boolean }) =>
  over ? (
    <Time at={ending.at} />
  ) : (
    <time dateTime={new Date(ending.at).toISOString()} title={exactTime(ending.at)}>
      {clockFormat.format(ending.at)}
    </time>
  );

const titleOf = ({ begins }: Day, now: number): string => {
  if (begins === "over") return expiring.over;
  const ahead = daysAhead(begins, now);
  if (ahead === 0) return expiring.today;
  return ahead === 1 ? expiring.tomorrow : dayFormat.format(begins);
};

const hrefFor = ({ path, why }: Ending): string => {
  if (why === "session") return hrefOf("me");
  return hrefOf(why === "lease" ? "leases" : "browse", path);
};

const EndingRow = ({ ending, over }: { readonly ending: Ending; readonly over: boolean }) => (
  <Row href={hrefFor(ending)}>
    <span class="mono expiring-path">
      {ending.why === "session" ? expiring.session : <Visible text={ending.path} />}
    </span>
    <span>
      <When ending={ending} over={over} />
    </span>
    <span class="muted small expiring-why">{expiring.why[ending.why]}</span>
  </Row>
);

const Progress = ({ found }: { readonly found: ReturnType<typeof useEndings> }) => (
  <p class="muted small expiring-progress">
    <span>{expiring.seen(found.seen, found.known)}</span>
    {found.denied > 0 && <span>{expiring.denied(found.denied)}</span>}
    {found.unread > 0 && <span>{expiring.unread(found.unread)}</span>}
    {found.more && (
      <span>
        {found.failure ? expiring.failed : expiring.limited} <Button onClick={found.goOn}>{expiring.goOn}</Button>
      </span>
    )}
  </p>
);

const Expiring: PageComponent = () => {
  const { who } = useSession();
  const found = useEndings();
  const now = useNow();
  const [horizon, setHorizon] = useState("30");
  const own: readonly Ending[] = who.endsAt === undefined ? [] : [{ path: "", at: who.endsAt, why: "session" }];
  const days = byDay([...own, ...found.endings], now, horizon === "all" ? Number.POSITIVE_INFINITY : Number(horizon));
  const count = found.endings.length;
  useEffect(() => {
    if (!found.running && found.seen > 0) announce(expiring.found(count));
  }, [found.running, count]);
  return (
    <Page title={expiring.title}>
      <p class="muted">{expiring.about}</p>
      <Segmented
        label={expiring.within}
        value={horizon}
        onChange={setHorizon}
        options={Object.entries(expiring.horizons).map(([value, label]) => ({ value, label }))}
      />
      {found.running && <Loading />}
      <Progress found={found} />
      {days.length === 0 && (found.running ? <p>{expiring.noneYet}</p> : <Empty>{expiring.none}</Empty>)}
      {days.map((day) => (
        <Section key={day.begins} title={titleOf(day, now)}>
          <Rows label={titleOf(day, now)}>
            {day.endings.map((ending) => (
              <EndingRow key={`${ending.why} ${ending.path}`} ending={ending} over={day.begins === "over"} />
            ))}
          </Rows>
        </Section>
      ))}
    </Page>
  );
};

export default Expiring;
