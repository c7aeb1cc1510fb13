import { numberIn, objectsIn, textIn } from "../../client/read-json.ts";
import { useApi } from "../../client/use-api.ts";
import { Note, Row, Rows, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { leases } from "../../texts/leases.ts";

/** Leases that could not be revoked, each with why: before all others. Those who may not see them see nothing. */
export const StuckLeases = () => {
  const { answer } = useApi({ method: "GET", path: "sys/leases", query: { type: "irrevocable" } });
  const stuck = answer?.ok ? objectsIn(answer.data, "leases") : [];
  if (stuck.length === 0) return null;
  return (
    <Section title={leases.stuck}>
      <Note kind="danger">{leases.stuckAbout}</Note>
      <Rows label={leases.stuck}>
        {stuck.map((lease) => (
          <Row key={textIn(lease, "lease_id")} href={hrefOf("leases", textIn(lease, "lease_id"))}>
            <span class="leases-stuck">
              <span class="mono leases-id">{textIn(lease, "lease_id")}</span>
              <span class="small">{textIn(lease, "error")}</span>
            </span>
            <span class="muted small">{leases.attempts(numberIn(lease, "attempts"))}</span>
          </Row>
        ))}
      </Rows>
    </Section>
  );
};
