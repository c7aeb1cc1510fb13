/** Words of the page that signs somebody in to another application. */
export const authorize = {
  title: "Sign in to an application",
  asks: (host: string) => `The application at ${host} asks who you are.`,
  you: "It will know you as",
  told: "It will be told",
  scopes: { openid: "an id that is yours alone", other: (name: string) => `what ${name} holds` },
  back: "You go back to",
  goOn: "Go on",
  notNow: "Not now",
  going: "On the way back to the application",
  again: "The application wants you to sign in once more.",
  signInAgain: "Sign in again",
  incomplete: "This address is not complete. Start again at the application.",
  unsafe: "This address leads to a place where no application can be. Nothing was told.",
  refused: "The application was told nothing",
  backWithError: "Back to the application",
} as const;
