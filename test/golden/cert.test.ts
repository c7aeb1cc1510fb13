import { makeCertificate } from "../support/certificates.ts";
import { playAreas } from "./play.ts";

playAreas(["cert"], { tls: () => makeCertificate({ name: "CN=localhost", dns: ["localhost"], purposes: [] }) });
