// SPDX-License-Identifier: MIT
// `trace-reset top` in a real terminal: tmux.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execaSync } from 'execa'
import { afterAll, describe, expect, test } from 'vitest'
import { CLI, until } from '../command.ts'
import { lackOf } from '../lab/vm/hostPackages.ts'

const RECORDING = fileURLToPath(new URL('../../fixtures/6.12/forged.burst/recording.jsonl', import.meta.url))

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-top-'))
const missing = await lackOf({ tmux: 'tmux' })

/** A terminal of its own, of that size, in which a command runs. */
const terminal = (columns: number, rows: number, command: string) => {
  const tmux = (...args: string[]) =>
    execaSync('tmux', ['-S', join(directory, `${columns}x${rows}`), ...args], { reject: false })
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), command)
  const lines = () => tmux('capture-pane', '-p').stdout.split('\n')
  return {
    lines,
    press: (...keys: string[]) => tmux('send-keys', ...keys),
    resize: (x: number, y: number) => tmux('resize-window', '-x', String(x), '-y', String(y)),
    shows: (text: string) => until(`${text} on the screen`, () => lines().join('\n').includes(text)),
    close: () => tmux('kill-server'),
  }
}

afterAll(() => rmSync(directory, { recursive: true }))

describe.skipIf(missing !== undefined)(`in tmux${missing === undefined ? '' : `: ${missing}`}`, () => {
  test.each([
    [80, 24],
    [200, 50],
  ])('at %ix%i: keys, another size, and the terminal as it was', { timeout: 60_000 }, async (columns, rows) => {
    const top = `TZ=UTC ${process.execPath} ${CLI} top ${RECORDING}`
    const { lines, press, resize, shows, close } = terminal(
      columns,
      rows,
      `echo before; ${top}; echo exit $?; read line`,
    )
    try {
      await shows('ignored-no-socket')
      expect(lines()[0]).toMatch(/^3 resets: 0 sent, 1 received, 2 ignored /)
      expect(lines()[rows - 1]).toMatch(/^q quit/)
      expect(lines()).not.toContain('before')

      press('b')
      await shows('by peer')
      press('b', 'b', 'b')
      await shows('by cause')
      press('/')
      press('-l', 'forged')
      await shows('filter: forged_')
      expect(lines().join()).not.toContain('ignored-no-socket')
      press('Enter')
      press('Enter')
      await shows('another sender: TTL 254')
      press('Space')

      resize(70, 12)
      await until('the other size', () => lines()[11]?.startsWith('q quit') === true)
      expect(lines()[0]).toMatch(/^3 resets/)
      // A line that is as long as the screen is wide keeps its last character.
      expect(lines().join('\n')).toContain('ours: python3[181]')

      press('q')
      await shows('exit 0')
      expect(lines()[0]).toBe('before')
      expect(lines().join('\n')).toContain('next: trace-reset causes forged')
    } finally {
      close()
    }
  })
})
