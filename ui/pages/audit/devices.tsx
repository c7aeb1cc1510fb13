import type { Answer } from "../../client/api.ts";
import { Failed } from "../../client/denied.tsx";
import { type Session, useSession } from "../../client/session.ts";
import { type Loading as Asked, useApi } from "../../client/use-api.ts";
import { ButtonLink, Fact, Facts, Loading, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { audit } from "../../texts/audit.ts";

/** The devices next to the built-in one. Whoever may not list them sees nothing of this. */

export interface Device {
  readonly path: string;
  readonly type: string;
  readonly description: string;
}

const SYS_AUDIT = { method: "GET", path: "sys/audit" } as const;
const mayList = ({ may }: Session): boolean => may("sys/audit", "read") && may("sys/audit", "sudo");

export const useDevices = (): Asked => useApi(mayList(useSession()) ? SYS_AUDIT : undefined);

/** None while they are not known. */
export const devicesIn = (answer: Answer | undefined): readonly Device[] =>
  Object.entries(answer?.ok ? answer.data : {}).map(([path, device]) => {
    const { type, description } = Object(device) as { readonly [name: string]: unknown };
    return { path, type: String(type), description: String(description) };
  });

export const Devices = ({ answer, again }: Asked) => {
  const session = useSession();
  if (!mayList(session)) return undefined;
  const devices = devicesIn(answer);
  const enable = session.may("sys/audit/file", "sudo") && (
    <ButtonLink href={hrefOf("api", "sys/audit/{path}")}>{audit.enable}</ButtonLink>
  );
  return (
    <Section title={audit.devices} actions={enable}>
      <p class="muted">{audit.builtIn}</p>
      {answer ? !answer.ok && <Failed failure={answer} again={again} /> : <Loading />}
      {answer?.ok && devices.length === 0 && <p>{audit.noDevices}</p>}
      {devices.length > 0 && (
        <Facts>
          {devices.map(({ path, type, description }) => (
            <Fact key={path} name={path} mono>
              {type} · {description || audit.noDescription}
            </Fact>
          ))}
        </Facts>
      )}
    </Section>
  );
};
