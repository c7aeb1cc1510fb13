import { playAreas } from "./play.ts";

playAreas(["pki"], { sweeps: true });
