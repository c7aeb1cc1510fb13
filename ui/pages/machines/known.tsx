import { Failed } from "../../client/denied.tsx";
import { useLoaded } from "../../client/use-loaded.ts";
import { Link, Loading, Section, Time, Visible } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { machines } from "../../texts/machines.ts";
import { type KnownMachine, readKnown } from "./logins.ts";

/** Machines that logins made known to identity, with what the method tells of them. */

const Machine = ({ machine }: { readonly machine: KnownMachine }) => (
  <li class="machines-item">
    <p class="machines-line">
      <Link href={hrefOf("access", `people/${machine.entity}`)}>
        <Visible text={machine.alias} />
      </Link>
      <span class="muted">
        {machines.changed} <Time at={machine.changedAt} />
      </span>
    </p>
    <p class="machines-line small">
      {machine.metadata.map(([name, value]) => (
        <span key={name}>
          <span class="muted">{name}</span>{" "}
          <code>
            <Visible text={value} />
          </code>
        </span>
      ))}
    </p>
  </li>
);

export const Known = () => {
  const { value, again } = useLoaded(readKnown);
  return (
    <Section title={machines.known}>
      <p class="muted">{machines.knownText}</p>
      {!value && <Loading />}
      {value && "ok" in value && <Failed failure={value} again={again} />}
      {value && !("ok" in value) && value.length === 0 && <p class="muted">{machines.knownNone}</p>}
      {value && !("ok" in value) && value.length > 0 && (
        <ul class="lines" aria-label={machines.known}>
          {value.map((machine) => (
            <Machine key={machine.id} machine={machine} />
          ))}
        </ul>
      )}
    </Section>
  );
};
