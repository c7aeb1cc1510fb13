import { playAreas } from "./play.ts";

playAreas(["oidc-identity"], { address: "http://127.0.0.1:8701" });
