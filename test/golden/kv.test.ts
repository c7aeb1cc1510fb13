import { playAreas } from "./play.ts";

playAreas(["kv-v1", "kv-v2", "cubbyhole"]);
