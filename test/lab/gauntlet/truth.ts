// SPDX-License-Identifier: MIT
import { z } from 'zod'
import { CAUSES } from '../../../src/verdict/causes.ts'
import { shortOf, type SeenCell } from './gauntlet.ts'

const Verdict = z.looseObject({ cause: z.string(), confidence: z.string() })

/** What was seen of one cause in one family of one kernel. */
type Seen = { provoked: number; held: number; confidences: Set<string> }

/** Gathers cells, and gives the matrix of cause x kernel x family as Markdown. */
export const createTruth = () => {
  const kernels = new Map<string, string>()
  const seen = new Map<string, Seen>()
  const evidence = new Map<string, Set<string>>()

  const of = (cause: string, kernel: string, family: number): Seen => {
    const key = `${cause} ${kernel} ${family}`
    const entry = seen.get(key) ?? { provoked: 0, held: 0, confidences: new Set() }
    seen.set(key, entry)
    return entry
  }

  const see = ({ start, cell: { name, family, held, provoked }, printed, restsOn }: SeenCell) => {
    const kernel = shortOf(start)
    kernels.set(kernel, `Linux ${start.kernel} with bpftrace ${start.bpftrace}`)
    const [cause = ''] = name.split('.')
    const entry = of(cause, kernel, family)
    if (!provoked) return
    entry.provoked += 1
    if (held) entry.held += 1
    for (const verdict of printed.map((line) => Verdict.parse(JSON.parse(line)))) {
      if (verdict.cause !== cause) continue
      entry.confidences.add(verdict.confidence)
      evidence.set(cause, new Set([...(evidence.get(cause) ?? []), ...restsOn(verdict)]))
    }
  }

  const cell = (cause: string, kernel: string) =>
    [4, 6].map((family) => {
      const { provoked, held, confidences } = of(cause, kernel, family)
      if (provoked === 0) return '-'
      return held === provoked ? [...confidences].toSorted().join(', ') : `**${held} of ${provoked}**`
    })

  const rows = (): string[] => {
    const columns = [...kernels.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    return [
      `| cause | ${columns.map((kernel) => `Linux ${kernel}`).join(' | ')} | rests on |`,
      `|---|${columns.map(() => '---').join('|')}|---|`,
      ...Object.keys(CAUSES).map((cause) => {
        const cells = columns.map((kernel) => {
          const [four, six] = cell(cause, kernel)
          return four === six ? four : `IPv4 ${four}; IPv6 ${six}`
        })
        const functions = [...(evidence.get(cause) ?? [])].map((name) => `\`${name}\``).join(', ')
        return `| \`${cause}\` | ${cells.join(' | ')} | ${functions || 'the packet and the TCP hash'} |`
      }),
    ]
  }

  return { see, rows, kernels: () => [...kernels.values()].toSorted() }
}
