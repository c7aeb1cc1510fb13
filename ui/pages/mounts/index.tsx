import type { PageComponent } from "../page.ts";
import { EnableMount } from "./enable.tsx";
import { MountList } from "./list.tsx";
import { placeIn } from "./mount.ts";
import { OneMount } from "./one.tsx";

/** Mounts: all of them, one of them, or enabling another. */
const Mounts: PageComponent = ({ place }) => {
  const { new: wanted } = place.query;
  if (wanted === "secret" || wanted === "auth") return <EnableMount key={wanted} kind={wanted} />;
  return place.path === "" ? <MountList /> : <OneMount key={place.path} {...placeIn(place.path)} />;
};

export default Mounts;
