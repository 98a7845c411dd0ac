// SPDX-License-Identifier: MIT
import type { Command } from 'commander'
import type { Io } from '../cli/io.ts'
import type { Shell } from '../cli/options.ts'
import { bash } from '../completion/bash.ts'
import { fish } from '../completion/fish.ts'
import { commandWords } from '../completion/words.ts'
import { zsh } from '../completion/zsh.ts'

const SHELLS = { bash, zsh, fish } satisfies Record<Shell, unknown>

/** Prints the script by which a shell completes this command line. */
export const completion = (shell: Shell, root: Command, io: Io): Promise<number> => {
  io.out(SHELLS[shell](commandWords(root)))
  return Promise.resolve(0)
}
