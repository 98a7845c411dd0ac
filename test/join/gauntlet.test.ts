// SPDX-License-Identifier: MIT
// The gauntlet with both its ends: every trigger of the lab while server, client and router traced themselves, joined. What passes
// is known of each trigger (RESETS), so every pair must be found, and no other. `vitest -u` writes the table of src/join/README.md.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { clockTexts, totals } from '../../src/join/ending.ts'
import type { Joined, Told } from '../../src/join/join.ts'
import { scoreOf, sumOf } from '../../src/join/score.ts'
import { joinedFiles } from './hosts.ts'

const ENDS = fileURLToPath(new URL('ends/', import.meta.url))
const README = fileURLToPath(new URL('../../src/join/README.md', import.meta.url))
const NODE_PORT = 32193

const Cells = z.array(
  z.object({
    name: z.string(),
    family: z.union([z.literal(4), z.literal(6)]),
    port: z.int(),
    resets: z.array(z.tuple([z.string(), z.string()])),
  }),
)

/** Triggers whose RST gets nowhere: the router has no way, it is the answer of a host's own REJECT to itself, or a rule of its own
 * drops it. */
const LOSING = [
  'keepalive-timeout',
  'keepalive-timeout.user-timeout',
  'out-of-memory.retransmission',
  'firewall-reject.egress',
  'firewall-reject.egress-rule',
  'linger-zero.output-rule',
]

const KERNELS = readdirSync(ENDS).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
const results = new Map<string, Joined>()
const cellsOf = (kernel: string) => Cells.parse(JSON.parse(readFileSync(`${ENDS}${kernel}/cells.json`, 'utf8')))

beforeAll(async () => {
  for (const kernel of KERNELS) {
    const files = ['server', 'client', 'router'].map((host) => `${ENDS}${kernel}/${host}.jsonl.gz`)
    results.set(kernel, await joinedFiles(files.filter((file) => existsSync(file))))
  }
}, 120_000)

const of = (kernel: string): Joined => {
  const result = results.get(kernel)
  if (result === undefined) throw new Error(`${kernel} was not joined`)
  return result
}

/** The port of its trigger; null where an end names the front of a NAT. */
const portOf = ({ tuple: { sport, dport } }: NonNullable<Told['sent']>): number | null => {
  const port = [sport, dport].find((one) => one > 8000 && one < 9000)
  return sport === NODE_PORT || dport === NODE_PORT ? null : (port ?? null)
}

describe.each(KERNELS)('%s', (kernel) => {
  test('no pair is of two triggers', () => {
    const mixed = of(kernel).told.filter(({ sent, came }) => {
      const ports = [sent, came].flatMap((half) => (half === null ? [] : (portOf(half) ?? [])))
      return new Set(ports).size > 1
    })
    expect(mixed).toEqual([])
  })

  test('what a host has sent, by its own kernel, is told of by nobody as sent by neither end', () => {
    const { told } = of(kernel)
    const sent = new Set(
      told.flatMap(({ sent: half }) => (half?.rst ? [`${portOf(half)} ${half.rst.seq} ${half.rst.flags & 20}`] : [])),
    )
    const twice = told.filter(
      ({ fate, came, confidence }) =>
        fate === 'unsent' &&
        confidence === 'certain' &&
        came?.rst !== null &&
        came?.rst !== undefined &&
        came.rst.seq !== 0 &&
        sent.has(`${portOf(came)} ${came.rst.seq} ${came.rst.flags & 20}`),
    )
    expect(twice).toEqual([])
  })

  test('what a kernel sent to a host that is recorded has both its ends, but for what the trigger itself loses', () => {
    const names = new Map(cellsOf(kernel).map(({ port, name }) => [port, name]))
    const without = of(kernel).told.filter(({ fate, sent }) => sent !== null && fate !== 'arrived')
    // At .77 and ::77 is a ghost, which no kernel plays.
    const lost = without.filter(({ sent }) => sent?.tuple.saddr.endsWith('77') === false)
    const triggers = lost.map(({ sent }) => (sent === null ? '' : (names.get(portOf(sent) ?? 0) ?? '')))
    expect(triggers.filter((name) => !LOSING.includes(name))).toEqual([])
  })

  test('the clock of the client is found to be 2.5 s ahead', () => {
    const { clocks } = of(kernel)
    expect(Math.abs((clocks[1]?.ahead ?? 0) / 1e6 - 2500)).toBeLessThan(40)
  })
})

const section = () => {
  const full = KERNELS.filter((kernel) => cellsOf(kernel).length > 100)
  const lines = KERNELS.map((kernel) => {
    const { right, weaker, wrong } = sumOf(scoreOf(of(kernel).told))
    return `- ${kernel}, ${cellsOf(kernel).length} triggers: ${totals(of(kernel))}. Of the inferences ${right} right, ${weaker} weaker, ${wrong} wrong. The ${clockTexts(of(kernel))[0] ?? ''}.`
  })
  return [...lines, '', ...table(full)].join('\n')
}

const table = (kernels: readonly string[]) => {
  const scores = kernels.map((kernel) => scoreOf(of(kernel).told).filter(({ inference }) => inference !== 'none'))
  const keys = [...new Set(scores.flat().map(({ truth, inferred, inference }) => `${truth}|${inferred}|${inference}`))]
  const count = (kernel: number, key: string) =>
    scores[kernel]?.find(({ truth, inferred, inference }) => `${truth}|${inferred}|${inference}` === key)?.count ?? 0
  return [
    `| so it was, by the sender's kernel | inferred by the receiver | inference | ${kernels.join(' | ')} |`,
    `| --- | --- | --- | ${kernels.map(() => '---').join(' | ')} |`,
    ...keys.toSorted().map((key) => {
      const [truth = '', inferred = '', inference = ''] = key.split('|')
      const cells = kernels.map((_, kernel) => count(kernel, key) || '-')
      return `| ${truth.includes(' ') ? truth : `\`${truth}\``} | \`${inferred}\` | ${inference} | ${cells.join(' | ')} |`
    }),
  ]
}

test('the table of src/join/README.md is that of these recordings', async () => {
  const text = readFileSync(README, 'utf8')
  const [front = '', rest = ''] = text.split('<!-- score -->\n')
  const [, back = ''] = rest.split('<!-- /score -->')
  const made = `${front}<!-- score -->\n\n${section()}\n\n<!-- /score -->${back}`
  const config = await resolveConfig(README)
  await expect(await format(made, { ...config, parser: 'markdown' })).toMatchFileSnapshot(README)
})
