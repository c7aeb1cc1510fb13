import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["src", "lambdas"].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${folder}/${file}`),
);

it("a client's certificate is made where TLS ends, at the two front doors that have one, and nowhere else", () => {
  const made = sources.filter((file) => readFileSync(`${root}${file}`, "utf8").includes("as<PeerCertificates>"));
  expect(made.sort()).toEqual(["src/http/gateway.ts", "src/http/peer-certificates.ts"]);
});
