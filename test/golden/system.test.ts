import { playAreas } from "./play.ts";

playAreas(["sys-mounts", "sys-auth", "sys-misc"]);
