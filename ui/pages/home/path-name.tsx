import { nameOf, parentOf } from "../../client/kv.ts";
import { Visible } from "../../kit/index.ts";

/** A path with its last part first to the eye: the folders are muted. */
export const PathName = ({ path }: { readonly path: string }) => (
  <span class="mono home-path">
    <span class="muted">
      <Visible text={parentOf(path)} />
    </span>
    <Visible text={nameOf(path)} />
  </span>
);
