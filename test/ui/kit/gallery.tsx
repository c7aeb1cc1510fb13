import { render } from "preact";
import { useState } from "preact/hooks";
import * as Kit from "../../../ui/kit/index.ts";

/** Every part of the kit on one page, for `kit.test.ts`. `?part=` of the address opens a dialog. */

const noop = (): void => undefined;
const NOW = Date.UTC(2026, 10, 30, 12);
const POEM = "Rose is a rose\nis a rose\nis a rose";

const Controls = () => {
  const [text, setText] = useState("");
  const [area, setArea] = useState("one\ntwo");
  const [how, setHow] = useState("token");
  const [view, setView] = useState("fields");
  const [on, setOn] = useState(true);
  const [path, setPath] = useState("");
  const [lasts, setLasts] = useState("1h");
  const options = ["fields", "JSON"].map((value) => ({ value, label: value }));
  return (
    <Kit.Section title="Controls">
      <div class="actions">
        <Kit.Button
          kind="primary"
          onClick={() => Kit.toast("Saved db", { label: "Undo", run: () => Kit.announce("Undone") })}
        >
          Save
        </Kit.Button>
        <Kit.Button icon="plus">New secret</Kit.Button>
        <Kit.Button kind="quiet">Quiet</Kit.Button>
        <Kit.Button kind="danger">Destroy</Kit.Button>
        <Kit.Button busy>Busy</Kit.Button>
        <Kit.Button disabled>Disabled</Kit.Button>
        <Kit.ButtonLink href="/ui/share">Share</Kit.ButtonLink>
        <Kit.IconButton icon="more" label="More about db" onClick={noop} />
        <Kit.Menu
          label="More"
          icon="more"
          items={["Rename", "Move", "Remove"].map((label) => ({
            label,
            onSelect: () => Kit.announce(label),
            danger: label === "Remove",
          }))}
        />
        <Kit.CopyAs
          path="secret/team-a/db"
          vault="kv get secret/team-a/db"
          curl={{ method: "GET", path: "secret/data/team-a/db" }}
        />
      </div>
      <Kit.TextField label="Name" value={text} onInput={setText} hint="As the folder shows it." />
      <Kit.TextField label="Password" value={text} onInput={setText} foreign masked mono error="This is too short." />
      <Kit.TextArea label="Notes" value={area} onInput={setArea} mono />
      <Kit.Select
        label="How"
        value={how}
        onChange={setHow}
        options={["token", "wrapped"].map((value) => ({ value, label: value }))}
      />
      <Kit.Segmented label="View" value={view} onChange={setView} options={options} />
      <Kit.Checkbox
        label="Code to say on the phone"
        checked={on}
        onChange={setOn}
        hint="The link alone opens nothing."
      />
      <Kit.Combobox label="Path" value={path} onInput={setPath} options={["secret/a", "secret/b", "database/c"]} />
      <Kit.DurationField label="Lasts" value={lasts} onInput={setLasts} />
    </Kit.Section>
  );
};

const Content = () => {
  const [tab, setTab] = useState("a");
  return (
    <>
      <Kit.Section title="Values" actions={<Kit.Tag>version 3</Kit.Tag>}>
        <Kit.Facts>
          <Kit.Fact name="password" mono>
            <Kit.SecretValue name="password" value="canary-password-1" />
          </Kit.Fact>
          <Kit.Fact name="notes" mono>
            <Kit.SecretValue name="notes" value={POEM} lines filename="notes.txt" />
          </Kit.Fact>
          <Kit.Fact name="odd" mono>
            <Kit.SecretValue name="odd" value={" a\tb\u202ec\0d "} />
          </Kit.Fact>
          <Kit.Fact name="Made">
            <Kit.Time at={NOW} exact />
          </Kit.Fact>
        </Kit.Facts>
        <Kit.Code
          text={"vault write auth/approle/login role_id=9638a223-0b92-4a1c-9d4f-0123456789ab secret_id=$SECRET_ID"}
          label="command to log in"
          copy
        />
      </Kit.Section>
      <Kit.Section title="Differences">
        <Kit.Diff
          rows={[
            { name: "user", before: "app", after: "app" },
            { name: "password", before: "canary-old", after: "canary-new" },
            { name: "notes", before: POEM, after: POEM.replace("is a rose", "is the rose") },
            { name: "gone", before: "canary-gone" },
          ]}
        />
      </Kit.Section>
      <Kit.Tabs
        label="Parts"
        tabs={[
          { id: "a", label: "People" },
          { id: "b", label: "Groups" },
        ]}
        selected={tab}
        onSelect={setTab}
      >
        <Kit.Rows label={tab === "a" ? "People" : "Groups"}>
          {["db", "mail", "stripe-live"].map((name) => (
            <Kit.Row
              key={name}
              href={`/ui/browse/secret/${name}`}
              actions={<Kit.IconButton icon="copy" label={`Copy ${name}`} onClick={noop} />}
            >
              <Kit.Icon name="key" />
              <span class="mono">{name}</span>
              <span class="muted small">version 3 · yesterday</span>
            </Kit.Row>
          ))}
        </Kit.Rows>
      </Kit.Tabs>
      <Kit.Note kind="warn">This token has 3 uses left: every call spends one.</Kit.Note>
      <Kit.Note kind="info">You may not list this folder. These are the parts that your policies name.</Kit.Note>
      <Kit.Note kind="danger" actions={<Kit.Button>Try again</Kit.Button>}>
        The network is gone. Your work is kept.
      </Kit.Note>
      <Kit.Empty action={<Kit.Button>New secret</Kit.Button>}>
        A secret is a name with fields, such as a user name and a password.
      </Kit.Empty>
      <Kit.Countdown label="Credentials of readonly" endsAt={Date.now() + 301_500} of={3600} />
      <Kit.Progress label="Folders seen" value={41} max={44} />
      <Kit.Plot
        title="Dollars a month, by reads"
        format={(value) => `$${value.toFixed(2)}`}
        series={[
          {
            label: "Zeroth",
            points: [
              [0, 5.67],
              [10, 34.47],
            ],
          },
          {
            label: "Secrets Manager",
            points: [
              [0, 40],
              [10, 90],
            ],
          },
          {
            label: "Parameter Store",
            points: [
              [0, 5],
              [10, 55],
            ],
          },
        ]}
        table={{
          head: ["Millions of reads", "Zeroth"],
          rows: [
            ["0", "$5.67"],
            ["10", "$34.47"],
          ],
        }}
      />
      <Kit.Loading />
    </>
  );
};

const Asking = ({ onClose }: { readonly onClose: () => void }) => (
  <Kit.ConfirmTyped
    title="Destroy version 2"
    name="db"
    action="Destroy"
    onClose={onClose}
    onConfirm={() => {
      Kit.toast("Destroyed");
      onClose();
    }}
  >
    <p>Nobody can bring it back.</p>
  </Kit.ConfirmTyped>
);

const Gallery = () => {
  const [asking, setAsking] = useState(false);
  return (
    <main>
      <Kit.Page
        title="team-a"
        crumbs={[
          { label: "Secrets", href: "/ui/" },
          { label: "secret", href: "/ui/browse/secret/" },
        ]}
        actions={<Kit.Button onClick={() => setAsking(true)}>Destroy version 2</Kit.Button>}
      >
        <Controls />
        <Content />
      </Kit.Page>
      {asking && <Asking onClose={() => setAsking(false)} />}
      <Kit.Toasts />
    </main>
  );
};

render(<Gallery />, document.body);
