/** The people and the keys of the OpenID provider that the recorded stories know. */

export interface Person {
  /** Put into the ID token over the usual ones; `null` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** What userinfo adds. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** The token endpoint answers this instead. */
  readonly token?: readonly [status: number, body: object | string];
  /** Signs with a key that is not in the key set. */
  readonly stranger?: boolean;
  readonly withoutIdToken?: boolean;
}

/** The people of the recorded stories. */
export const STORY_PEOPLE: Readonly<Record<string, Person>> = {
  alice: {
    claims: {
      email: "alice@golden.test",
      name: "Alice",
      groups: ["g-dev", "g-ops"],
      level: 7,
      admin: true,
      nested: { team: { name: "blue" }, groups: ["g-deep"] },
    },
  },
  bob: { claims: { email: "bob@golden.test", groups: [] } },
  carol: { claims: { email: "carol@golden.test", groups: "g-dev" } },
  dave: {},
  erin: { info: { email: "erin@golden.test", groups: ["g-info"], department: "research" } },
  wrongaud: { claims: { aud: "someone-else", groups: ["g-dev"] } },
  twoaud: { claims: { aud: ["g-client", "someone-else"], azp: "g-client", groups: ["g-dev"] } },
  wrongiss: { claims: { iss: "https://issuer.example.com" } },
  wrongnonce: { claims: { nonce: "not-the-one-sent" } },
  nononce: { claims: { nonce: null } },
  expired: { claims: { exp: 1700000600, iat: 1700000000 } },
  nosub: { claims: { sub: null, email: "nosub@golden.test" } },
  badsig: { stranger: true },
  notoken: { withoutIdToken: true },
  refused: { token: [400, { error: "invalid_grant", error_description: "as told" }] },
  broken: { token: [500, "no JSON here"] },
  oldauth: { claims: { auth_time: 1700000000 } },
  liar: { claims: { email: "liar@golden.test" }, info: { sub: "someone-else", groups: ["g-dev"] } },
};

/** The public keys whose private halves signed the tokens of the recorded stories. */
export const STORY_KEYS: Readonly<Record<string, string>> = {
  "g-rsa": `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2hfCenhrLxQAgEW3uoIQ
EpUCDXhZenw5fNbe5Q6eoc6Y6XWfNb/JLNt8zX/9xFBtCS8XDnSViI99VDpuhSbX
KKfRwIPvw1WI7uz2HnDbOFphgBi9gNtC7mGAIRXyg+bf5LTnc0nt9SiyqxWURTku
/SqoXbjkFrwpB3ErDI2U3GTv9/qgYWVsGUDL5Vszfv3M8gFqWLESWMkGiuWef8mY
a5wcaipZjaUa9jUV09USFhaEn53a/Z9OXADtZDAcUonpH7wy7a5Gc6uso05GWXew
YP38RpbNn3sAEfqd4c9uaDxJHuCkSAT9wjV94TfPYhGojHCSvKyQws1Y5goAsQ8O
qwIDAQAB
-----END PUBLIC KEY-----`,
  "g-ec": `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELaKl9DAXIRGihd5as/QoXF4YG0da
ESxRFYCuHk35WtYhhwdrJKcTMoUkpZ6h+b2nTCm6qrf5IrcVMF83ewD/WA==
-----END PUBLIC KEY-----`,
};
