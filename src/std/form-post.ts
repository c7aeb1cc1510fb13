/** An HTTPS POST of a form, as AWS's signer takes it. */
export const formPost = (hostname: string, body: string, headers: Readonly<Record<string, string>>) => ({
  method: "POST",
  protocol: "https:",
  hostname,
  path: "/",
  query: {},
  headers: { host: hostname, "content-type": "application/x-www-form-urlencoded; charset=utf-8", ...headers },
  body,
});
