import type { Failure } from "../../client/api.ts";
import { numberIn, objectIn, objectsIn, textIn, textsIn } from "../../client/read-json.ts";
import { Fact, Facts, Link, Section, Time, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { status } from "../../texts/status.ts";
import { Part } from "./part.tsx";

/** Counts that an operator looks at: keys, tokens, leases that are stuck, names that are locked. */

interface CountsProps {
  readonly onDenied: (failure: Failure) => void;
}

export const Keys = ({ onDenied }: CountsProps) => (
  <Part path="sys/key-status" onDenied={onDenied}>
    {(keys = {}) => (
      <Section title={status.keys}>
        <Facts>
          <Fact name={status.term}>{status.count(numberIn(keys, "term"))}</Fact>
          <Fact name={status.installed}>
            <Time at={Date.parse(textIn(keys, "install_time"))} />
          </Fact>
        </Facts>
      </Section>
    )}
  </Part>
);

const Locked = ({ onDenied }: CountsProps) => (
  <Part path="sys/locked-users" onDenied={onDenied}>
    {(locked = {}) => {
      const names = objectsIn(locked, "by_namespace")
        .flatMap((one) => objectsIn(one, "mount_accessors"))
        .flatMap((one) => textsIn(one, "alias_identifiers"));
      const total = numberIn(locked, "total");
      return (
        <Fact name={status.locked}>
          {total === 0 ? status.none : status.lockedNames(total)}
          {names.map((name) => (
            <div class="mono" key={name}>
              <Visible text={name} />
            </div>
          ))}
        </Fact>
      );
    }}
  </Part>
);

const Stuck = ({ onDenied }: CountsProps) => (
  <Part path="sys/leases/count" query={{ type: "irrevocable" }} onDenied={onDenied}>
    {(count) => {
      const total = count ? numberIn(count, "lease_count") : 0;
      return (
        <Fact name={status.stuck}>
          {total === 0 ? (
            status.none
          ) : (
            <>
              {status.count(total)} <Link href={hrefOf("leases")}>{status.toLeases}</Link>
            </>
          )}
        </Fact>
      );
    }}
  </Part>
);

const Counter = ({
  path,
  name,
  member,
  onDenied,
}: CountsProps & { readonly path: string; readonly name: string; readonly member: string }) => (
  <Part path={path} onDenied={onDenied}>
    {(counters = {}) => (
      <Fact name={name}>{status.count(numberIn(objectIn(objectIn(counters, "counters"), member), "total"))}</Fact>
    )}
  </Part>
);

export const InUse = ({ onDenied }: CountsProps) => (
  <Section title={status.inUse}>
    <Facts>
      <Counter path="sys/internal/counters/tokens" name={status.tokens} member="service_tokens" onDenied={onDenied} />
      <Counter path="sys/internal/counters/entities" name={status.entities} member="entities" onDenied={onDenied} />
      <Stuck onDenied={onDenied} />
      <Locked onDenied={onDenied} />
    </Facts>
  </Section>
);
