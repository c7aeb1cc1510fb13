import { useEffect, useState } from "preact/hooks";
import { get } from "../../client/api.ts";
import { objectIn, textIn } from "../../client/read-json.ts";
import type { MountShown } from "../../client/session.ts";
import { Fact, Facts, SecretValue, Section, Select, TextField } from "../../kit/index.ts";
import { credentials } from "../../texts/credentials.ts";
import { type Family, FORMS, familyOf, type Server, serverOf } from "./connection.ts";
import { pathOf, type Way } from "./engines.ts";
import type { Shown } from "./taken.ts";

/**
 * Credentials as a program takes them. Where the server is, the caller may not be allowed to read: then it is typed, and
 * stays in memory.
 */

interface ConnectProps {
  readonly mount: MountShown;
  readonly role: string;
  readonly way: Way;
  readonly shown: readonly Shown[];
}

const shownValue = (shown: readonly Shown[], name: string): string | undefined =>
  shown.find((one) => one.name === name)?.value;

/** What the role and its connection say, as far as the caller may read them. */
const known = async ({ mount, role, way }: ConnectProps): Promise<Server | undefined> => {
  const shownRole = await get(pathOf({ ...way, at: way.list }, mount.path, role));
  if (!shownRole.ok) return undefined;
  const connection = await get(`${mount.path}config/${textIn(shownRole.data, "db_name")}`);
  if (!connection.ok) return undefined;
  const details = objectIn(connection.data, "connection_details");
  const plugin = textIn(connection.data, "plugin_name");
  const url = textIn(details, "connection_url");
  const { host, port, database } = serverOf(url);
  const family = familyOf(plugin) ?? familyOf(url.slice(0, url.indexOf(":")));
  return (
    family && { family, host: host || textIn(details, "host"), port: port || String(details["port"] ?? ""), database }
  );
};

const isFamily = (text: string): text is Family => text in FORMS;

const optionsOf = (words: Readonly<Record<string, string>>) =>
  Object.entries(words).map(([value, label]) => ({ value, label }));

const ServerFields = ({
  server,
  onChange,
}: {
  readonly server: Server;
  readonly onChange: (server: Server) => void;
}) => (
  <div class="credentials-server">
    <Select
      label={credentials.family}
      value={server.family}
      onChange={(family) => isFamily(family) && onChange({ ...server, family })}
      options={optionsOf(credentials.families)}
    />
    <TextField label={credentials.host} value={server.host} onInput={(host) => onChange({ ...server, host })} mono />
    <TextField
      label={credentials.port}
      value={server.port}
      onInput={(port) => onChange({ ...server, port: port.replaceAll(/\D/g, "") })}
      mono
    />
    <TextField
      label={credentials.database}
      value={server.database}
      onInput={(database) => onChange({ ...server, database })}
      mono
    />
  </div>
);

const NOWHERE: Server = { family: "postgresql", host: "", port: "", database: "" };

export const Connect = (props: ConnectProps) => {
  const [server, setServer] = useState(NOWHERE);
  const [form, setForm] = useState("");
  useEffect(() => {
    let current = true;
    void known(props).then((found) => {
      if (current && found) setServer((now) => (now === NOWHERE ? found : now));
    });
    return () => {
      current = false;
    };
  }, []);
  const username = shownValue(props.shown, "username");
  const password = shownValue(props.shown, "password");
  if (username === undefined || password === undefined) return null;
  const forms = FORMS[server.family];
  const chosen = forms.find(({ name }) => name === form) ?? forms[0];
  return (
    <Section title={credentials.connect}>
      <p class="hint">{credentials.connectAbout}</p>
      <ServerFields server={server} onChange={setServer} />
      {chosen && (
        <Facts>
          <Fact
            name={
              <Select
                label={credentials.form}
                bare
                value={chosen.name}
                onChange={setForm}
                options={forms.map(({ name }) => ({ value: name, label: name }))}
              />
            }
          >
            {server.host === "" ? (
              <span class="muted">{credentials.connectHost}</span>
            ) : (
              <SecretValue
                name={credentials.connection(chosen.name)}
                value={chosen.text(server, { username, password })}
              />
            )}
          </Fact>
        </Facts>
      )}
    </Section>
  );
};
