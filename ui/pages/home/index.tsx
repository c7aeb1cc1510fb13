import { useState } from "preact/hooks";
import { Page } from "../../kit/index.ts";
import { home } from "../../texts/home.ts";
import type { PageComponent } from "../page.ts";
import { Lately } from "./lately.tsx";
import { Mounts } from "./mounts.tsx";
import { Search } from "./search.tsx";

/** Where everything begins: search over all names, the mounts, and what was opened lately. */

const Home: PageComponent = () => {
  const [typed, setTyped] = useState("");
  return (
    <Page title={home.title}>
      <Search typed={typed} onInput={setTyped} />
      {typed.trim() === "" && (
        <>
          <Lately />
          <Mounts />
        </>
      )}
    </Page>
  );
};

export default Home;
