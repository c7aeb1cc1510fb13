import { playAreas } from "./play.ts";

playAreas(["http", "token", "wrapping", "leases"], { sweeps: true });
