import type { MountShown } from "./session.ts";

/** Mounts may contain slashes, so the longest one that fits serves the path. `secret` is the mount `secret/` itself. */
export const mountServing = <M extends Pick<MountShown, "path">>(mounts: readonly M[], path: string): M | undefined => {
  let best: M | undefined;
  for (const mount of mounts) {
    const fits = path.startsWith(mount.path) || `${path}/` === mount.path;
    if (fits && mount.path.length > (best?.path.length ?? 0)) best = mount;
  }
  return best;
};
