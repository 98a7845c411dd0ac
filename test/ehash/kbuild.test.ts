// SPDX-License-Identifier: MIT
// What kmod/Kbuild learns from the kernel's headers, asked of make with headers of a few lines.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const HASHINFO = 'struct inet_hashinfo *hashinfo,\n\t\t'
const lookup = (hashinfo: string) =>
  `struct sock *__inet_lookup_established(const struct net *net,\n\t\t${hashinfo}const __be32 saddr);\n`

/** The -D of the compiler's options that Kbuild makes of these headers. */
const definitions = (headers: Record<string, string>): string[] => {
  const directory = mkdtempSync(join(tmpdir(), 'kbuild-'))
  try {
    for (const [path, text] of Object.entries(headers)) {
      const file = join(directory, 'include/net', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const makefile = `include ${resolve('kmod/Kbuild')}\n$(info $(ccflags-y))\nall: ;\n`
    const { stdout } = spawnSync('make', ['-sf', '-', `srctree=${directory}`], { input: makefile, encoding: 'utf8' })
    return stdout.split(/\s+/).filter((word) => word.startsWith('-DTCPHASH'))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

// The lines are of include/net/inet_hashtables.h and include/net/netns/ipv4.h.
test.skipIf(spawnSync('make', ['--version']).status !== 0).each([
  ['6.1', HASHINFO, '\tstruct inet_timewait_death_row tcp_death_row;\n', [1, 0]],
  ['5.18, 5.19 and 6.0', HASHINFO, '\tstruct inet_timewait_death_row *tcp_death_row;\n', [1, 1]],
  ['6.18', '', '\tstruct inet_timewait_death_row tcp_death_row;\n', [0, 0]],
])('Linux %s', (_, hashinfo, deathRow, [argument, pointer]) => {
  expect(definitions({ 'inet_hashtables.h': lookup(hashinfo), 'netns/ipv4.h': deathRow })).toEqual([
    `-DTCPHASH_LOOKUP_HASHINFO=${argument}`,
    `-DTCPHASH_DEATH_ROW_POINTER=${pointer}`,
  ])
})
