import type { JsonObject } from "../../client/api.ts";
import { serverNow } from "../../client/clock.ts";
import { Failed } from "../../client/denied.tsx";
import { textIn, trueIn } from "../../client/read-json.ts";
import { useApi } from "../../client/use-api.ts";
import { durationText, exactTime, Fact, Facts, Note, Section, Tag, useNow } from "../../kit/index.ts";
import { status } from "../../texts/status.ts";

/** What anybody may know: whether it answers, and which version. */

/** A difference of clocks that nobody notices, in milliseconds. */
const UNNOTICED = 5_000;

const stateOf = (seal: JsonObject): keyof typeof status.states => {
  if (!trueIn(seal, "initialized")) return "fresh";
  return trueIn(seal, "sealed") ? "sealed" : "open";
};

const Clock = () => {
  const now = useNow(1_000);
  const apart = serverNow() - Date.now();
  return (
    <>
      <span class="status-number">{exactTime(now)}</span>
      {Math.abs(apart) > UNNOTICED && (
        <Note kind="warn">
          {apart > 0 ? status.behind(durationText(apart / 1_000)) : status.ahead(durationText(-apart / 1_000))}
        </Note>
      )}
    </>
  );
};

export const Server = () => {
  const { answer, again } = useApi({ method: "GET", path: "sys/seal-status" });
  if (!answer) return null;
  if (!answer.ok) return <Failed failure={answer} again={again} />;
  const seal = answer.json;
  const state = stateOf(seal);
  return (
    <Section title={status.server}>
      <Facts>
        <Fact name={status.state}>
          <Tag kind={state === "open" ? "added" : "warn"}>{status.states[state]}</Tag>
        </Fact>
        <Fact name={status.version}>{textIn(seal, "version")}</Fact>
        <Fact name={status.seal}>{textIn(seal, "type")}</Fact>
        <Fact name={status.storage}>{textIn(seal, "storage_type")}</Fact>
        <Fact name={status.cluster}>{textIn(seal, "cluster_name")}</Fact>
        <Fact name={status.clock}>
          <Clock />
        </Fact>
      </Facts>
    </Section>
  );
};
