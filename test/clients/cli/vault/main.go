// The client commands of Vault's command line, from Vault's own source: `toolchains.ts` copies their files into
// `command/` beside the list there.
package main

import (
	"os"

	"vault/command"
)

func main() { os.Exit(command.Run(os.Args[1:])) }
