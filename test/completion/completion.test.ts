// SPDX-License-Identifier: MIT
// Completions asked of the shells themselves.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { traceReset } from '../command.ts'
import { lackOf } from '../lab/vm/hostPackages.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-completion-'))
afterAll(() => rmSync(directory, { recursive: true }))
const script = (shell: string) => join(directory, shell)
const SHELLS = ['bash', 'zsh', 'fish'] as const
const missing = new Map(await Promise.all(SHELLS.map(async (name) => [name, await lackOf({ [name]: name })] as const)))

beforeAll(async () => {
  for (const shell of SHELLS) writeFileSync(script(shell), (await traceReset(['completion', shell])).stdout)
})

/** What the last word of a line may become. */
const CASES: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ['trace-reset repl', ['replay']],
  ['trace-reset --not-sa', ['--not-saddr']],
  ['trace-reset --outcome ig', ['ignored']],
  ['trace-reset --cause ignored-in', ['ignored-invalid']],
  ['trace-reset --cause forged,ignored-in', ['forged,ignored-invalid']],
  ['trace-reset --state syn_s', ['syn_sent']],
  ['trace-reset --format js', ['json']],
  ['trace-reset replay --format cs', ['csv']],
  ['trace-reset replay --expect linger-z', ['linger-zero']],
  ['trace-reset causes acc', ['accept-queue-overflow']],
  ['trace-reset module un', ['unload']],
  ['trace-reset ehash lis', ['list']],
  ['trace-reset ehash lookup --ehash mo', ['module']],
  ['trace-reset completion zs', ['zsh']],
]

describe.skipIf(missing.get('bash') !== undefined)('bash', () => {
  test.each(CASES)('%s', async (line, offers) => {
    const ask = `source "$1"; shift
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
      _trace_reset; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await execa('bash', ['-c', ask, 'bash', script('bash'), ...line.split(' ')])
    expect(stdout.split('\n')).toEqual(offers)
  })

  test('--option=value, which bash takes apart', async () => {
    const ask =
      'source "$0"; COMP_WORDS=(trace-reset --outcome = sen); COMP_CWORD=3; _trace_reset; echo "${COMPREPLY[@]}"'
    expect((await execa('bash', ['-c', ask, script('bash')])).stdout).toBe('sent')
  })
})

describe.skipIf(missing.get('fish') !== undefined)('fish', () => {
  test.each(CASES)('%s', async (line, offers) => {
    const { stdout } = await execa('fish', [
      '--no-config',
      '-c',
      'source $argv[1]; complete -C $argv[2]',
      script('fish'),
      line,
    ])
    // Since fish 4 what has the letters somewhere comes after what begins with them.
    const begun = stdout.split('\n').filter((offer) => offer.startsWith(line.split(' ').at(-1) ?? ''))
    expect(begun.map((offer) => offer.split('\t')[0])).toEqual(offers)
  })
})

describe.skipIf(missing.get('zsh') !== undefined)('zsh', () => {
  // A shell with a terminal, in which a key is pressed; what it would run is printed.
  const PRESS = `zmodload zsh/zpty
    zpty shell 'TERM=vt100 zsh -f -i'
    zpty -w shell "PS1=; autoload -Uz compinit; compinit -D -u; source $1"
    zpty -w shell 'trace-reset() { print -r -- "ran" "$* ." }; print rea""dy'
    zpty -r -m shell all $'*\\nready*'
    zpty -w shell "$2"$'\\t'
    zpty -r -m shell all $'*\\nran * .*'
    print -r -- "$all"`

  test.each(CASES)('%s', async (line, offers) => {
    const { stdout } = await execa('zsh', ['-f', '-c', PRESS, 'zsh', script('zsh'), line], { timeout: 15_000 })
    const words = line.split(' ').slice(1, -1)
    expect(/^ran (.*) \.\r?$/m.exec(stdout)?.[1]).toBe([...words, ...offers].join(' '))
  })
})
