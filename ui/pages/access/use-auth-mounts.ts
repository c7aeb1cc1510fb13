import { useApi } from "../../client/use-api.ts";
import { type AuthMount, authMountsIn } from "./directory.ts";

/** The methods within the caller's reach, with their accessors; needs no right of its own. */
export const useAuthMounts = (): readonly AuthMount[] => {
  const { answer } = useApi({ method: "GET", path: "sys/internal/ui/mounts" });
  return answer?.ok ? authMountsIn(answer.data) : [];
};
