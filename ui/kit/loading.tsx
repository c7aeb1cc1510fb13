import { kit } from "../texts/kit.ts";

/** Nothing for 300 ms, then a bar of 2 px; what was there stays. */
export const Loading = () => <div class="loading" role="progressbar" aria-label={kit.loading} />;
