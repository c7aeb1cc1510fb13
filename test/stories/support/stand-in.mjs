import { request } from "node:http";

// A program that is not on this machine: hands its arguments and its input to the test, and prints what comes back.
const [, , name, ...args] = process.argv;
let input = "";
if (!process.stdin.isTTY) for await (const piece of process.stdin) input += piece;
const sent = request(process.env.STAGE, { method: "POST" }, (response) => {
  let text = "";
  response.on("data", (piece) => {
    text += piece;
  });
  response.on("end", () => {
    const { output, code } = JSON.parse(text);
    (code === 0 ? process.stdout : process.stderr).write(output);
    process.exitCode = code;
  });
});
const { HOME = "", VAULT_ADDR = "" } = process.env;
sent.end(JSON.stringify({ name, args, input, folder: process.cwd(), environment: { HOME, VAULT_ADDR } }));
