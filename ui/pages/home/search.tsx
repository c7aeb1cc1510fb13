import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Matches, matching } from "../../client/match.ts";
import { type Names, useNames } from "../../client/names.ts";
import { Button, Loading, Row, Rows, TextField, useSaidLater } from "../../kit/index.ts";
import { navigate } from "../../router.ts";
import { hrefOf } from "../../routes.ts";
import { home } from "../../texts/home.ts";
import { PathName } from "./path-name.tsx";

/** Search over all names: results while the names come in; Enter opens the first, the arrow down leads into the list. */

const SHOWN = 50;
const GUESSES = 5;

const Progress = ({ names }: { readonly names: Names }) => (
  <p class="muted small home-progress">
    <span>{home.seen(names.seen, names.known)}</span>
    {names.denied > 0 && <span>{home.denied(names.denied)}</span>}
    {names.more && (
      <span>
        {names.failure ? home.failed : home.limited} <Button onClick={names.goOn}>{home.goOn}</Button>
      </span>
    )}
  </p>
);

/** What was typed as a name in folders that may not be listed, where the rules leave names open. */
const guessesOf = (names: Names | undefined, typed: string): readonly string[] => {
  const name = typed.trim().replace(/^\/+|\/+$/g, "");
  if (!names || names.running || name === "") return [];
  const open = names.names.filter(({ path }) => path.endsWith("/"));
  return open.slice(0, GUESSES).map(({ path }) => path + name);
};

const Guesses = ({ paths }: { readonly paths: readonly string[] }) => (
  <>
    <p class="muted">{home.guess}</p>
    <Rows label={home.guesses}>
      {paths.map((path) => (
        <Row key={path} href={hrefOf("browse", path)}>
          <PathName path={path} />
        </Row>
      ))}
    </Rows>
  </>
);

interface ResultsProps {
  readonly matches: Matches;
  readonly names: Names;
  readonly guesses: readonly string[];
}

const Results = ({ matches, names, guesses }: ResultsProps) => {
  if (matches.total === 0) {
    return (
      <>
        <p>{names.running ? home.nothingYet : home.nothing(names.denied)}</p>
        {guesses.length > 0 && <Guesses paths={guesses} />}
      </>
    );
  }
  return (
    <>
      <Rows label={home.results}>
        {matches.shown.map(({ path }) => (
          <Row key={path} href={hrefOf("browse", path)}>
            <PathName path={path} />
          </Row>
        ))}
      </Rows>
      {matches.total > matches.shown.length && (
        <p class="muted small">{home.shownOf(matches.shown.length, matches.total)}</p>
      )}
    </>
  );
};

interface SearchProps {
  readonly typed: string;
  readonly onInput: (typed: string) => void;
}

export const Search = ({ typed, onInput }: SearchProps) => {
  const searching = typed.trim() !== "";
  const names = useNames(searching);
  const listed = names?.names;
  const matches = useMemo(() => matching(listed ?? [], typed, SHOWN), [listed, typed]);
  const [entered, setEntered] = useState(false);
  const ref = useRef<HTMLElement>(null);
  const running = names?.running ?? false;
  const { total } = matches;
  useSaidLater(
    typed === "" || running ? undefined : total === 0 ? home.nothing(names?.denied ?? 0) : home.found(total),
  );

  const guesses = total === 0 ? guessesOf(names, typed) : [];
  const first = matches.shown[0]?.path ?? guesses[0];
  // Enter may be pressed before the first name is there.
  useEffect(() => {
    if (!entered || (!first && running)) return;
    // Once: this page stays until the next one is loaded, and names come in meanwhile.
    setEntered(false);
    if (first) navigate(hrefOf("browse", first));
  }, [entered, first, running]);

  const press = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && searching) setEntered(true);
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    ref.current?.querySelector<HTMLElement>(".row a")?.focus();
  };

  return (
    <search class="home-search" ref={ref}>
      <TextField
        label={home.search}
        type="search"
        value={typed}
        hint={home.hint}
        onInput={(text) => {
          setEntered(false);
          onInput(text);
        }}
        onKeyDown={press}
        autofocus
      />
      {names && (
        <div class="home-results">
          {running && <Loading />}
          <Progress names={names} />
          <Results matches={matches} names={names} guesses={guesses} />
        </div>
      )}
    </search>
  );
};
