import { useSession } from "../../client/session.ts";
import { useApi } from "../../client/use-api.ts";
import { ButtonLink, Fact, Facts, Section } from "../../kit/index.ts";
import { hrefOf } from "../../routes.ts";
import { audit } from "../../texts/audit.ts";

/** The devices next to the built-in one. Whoever may not list them sees nothing of this. */

export interface Device {
  readonly path: string;
  readonly type: string;
  readonly description: string;
}

const SYS_AUDIT = { method: "GET", path: "sys/audit" } as const;

export const useDevices = (): readonly Device[] => {
  const { may } = useSession();
  const { answer } = useApi(may("sys/audit", "read") && may("sys/audit", "sudo") ? SYS_AUDIT : undefined);
  if (!answer?.ok) return [];
  return Object.entries(answer.data).map(([path, device]) => {
    const { type, description } = Object(device) as { readonly [name: string]: unknown };
    return { path, type: String(type), description: String(description) };
  });
};

export const Devices = ({ devices }: { readonly devices: readonly Device[] }) => {
  const { may } = useSession();
  if (!may("sys/audit", "read") || !may("sys/audit", "sudo")) return undefined;
  const enable = may("sys/audit/file", "sudo") && (
    <ButtonLink href={hrefOf("api", "sys/audit/{path}")}>{audit.enable}</ButtonLink>
  );
  return (
    <Section title={audit.devices} actions={enable}>
      <p class="muted">{audit.builtIn}</p>
      {devices.length === 0 ? (
        <p>{audit.noDevices}</p>
      ) : (
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
