// SPDX-License-Identifier: MIT
// What others write and trace-reset reads, by name: examples that are whole, and who takes them. A taker throws where
// something else came of damaged bytes than an answer or a refusal.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { readAnswer } from '../../src/ehash/answer.ts'
import { readSlice } from '../../src/ehash/list.ts'
import { readSs } from '../../src/ehash/ss.ts'
import { ExpectedError } from '../../src/errors.ts'
import { printable } from '../../src/format/text.ts'
import { readBtf } from '../../src/host/btf.ts'
import { readSnmp } from '../../src/host/counters.ts'
import { cgroupIn } from '../../src/host/procCgroup.ts'
import { readConntrackLine } from '../../src/host/procNetConntrack.ts'
import { readProcNetTcp } from '../../src/host/procNetTcp.ts'
import { recordedFacts } from '../../src/host/recordedFacts.ts'
import { dockerNames, containerdNames, storedNames } from '../../src/host/runtimeFiles.ts'
import { readServices } from '../../src/host/services.ts'
import { readLine } from '../../src/live/line.ts'
import { readMessage } from '../../src/live/message.ts'
import { blob } from '../host/btfBytes.ts'
import { replayHere } from '../command.ts'

/** One kind of input: examples, and what takes one; `index` is its number, by which a taker may vary how it is asked. */
export type Input = { examples: () => Buffer[]; take: (bytes: Buffer, index: number) => Promise<void> | void }

const ROOT = new URL('../../', import.meta.url)
const pathOf = (name: string) => fileURLToPath(new URL(name, ROOT))
const contentsOf = (...names: string[]) => names.map((name) => readFileSync(pathOf(name)))
const lines = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

const recordings = () => {
  const names = readdirSync(pathOf('fixtures/6.12'))
  return contentsOf(
    ...names.filter((_, index) => index % 6 === 0).map((name) => `fixtures/6.12/${name}/recording.jsonl`),
  )
}

const captures = () => contentsOf('test/capture/real/loopback.pcap', 'test/capture/real/cooked.pcap')

// What terminals obey: all of C0 but the ends of lines and of columns, DEL, C1. `printable` is what our outputs make of it.
// oxlint-disable-next-line no-control-regex
const OBEYED = /[\0-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

const FORMATS = ['table', 'json', 'csv'] as const

/** A command that reads a file: an answer, or a refusal that says where, and nothing in either that a terminal obeys. */
const replayed =
  (...args: string[]): Input['take'] =>
  async (bytes, index) => {
    const directory = mkdtempSync(join(tmpdir(), 'trace-reset-fuzz-'))
    try {
      const file = join(directory, 'input')
      writeFileSync(file, bytes)
      const format = FORMATS[index % FORMATS.length] ?? 'table'
      const { stdout, stderr, exitCode } = await replayHere([file, '-f', format, ...args])
      refuse(![0, 1, 2].includes(exitCode), `exit code ${exitCode}`)
      refuse(OBEYED.test(stdout) || OBEYED.test(stderr), `a terminal would obey: ${JSON.stringify(stdout + stderr)}`)
      refuse(exitCode !== 0 && !PLACE.test(stderr), `it is not said where: ${stderr}`)
      refuse(/^ +at /m.test(stderr), `a stack: ${stderr}`)
      if (format === 'json') for (const line of stdout.split('\n')) if (line !== '') JSON.parse(line)
    } finally {
      rmSync(directory, { recursive: true })
    }
  }

/** The words by which a refusal names its place: a line, a packet, or the whole file. */
const PLACE = /line \d+|packet \d+|is empty|no capture|cannot be read after/

const refuse = (wrong: boolean, what: string) => {
  if (wrong) throw new Error(what)
}

/** Readers of one text, each of which answers, or throws an Error of these words. */
const read =
  (refusal: RegExp, ...readers: ((text: string) => unknown)[]): Input['take'] =>
  (bytes) => {
    for (const reader of readers)
      try {
        reader(bytes.toString('latin1'))
      } catch (error) {
        if (!(error instanceof Error && (error instanceof ExpectedError || refusal.test(error.message)))) throw error
      }
  }

const NOTHING = /(?!)/

const printed = () =>
  readFileSync(pathOf('test/bin/scenario.jsonl'), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : (readMessage(line) ?? [])))
    .flatMap((message) => (message.kind === 'line' ? [Buffer.from(message.text, 'latin1')] : []))

const names = { drop: String, reset: String, value: (_: string, value: string) => value }

const json = (take: (value: unknown) => unknown) => (text: string) => take(JSON.parse(text))

/** Each input that the tool reads and does not write itself, or that another may have written. */
export const INPUTS: Readonly<Record<string, Input>> = {
  recording: { examples: recordings, take: replayed() },
  'zipped recording': { examples: () => recordings().map((bytes) => gzipSync(bytes)), take: replayed() },
  capture: { examples: captures, take: replayed('--local', '127.0.0.0/8,10.0.0.0/8,192.168.0.0/16') },
  'line of bpftrace': {
    examples: () => lines(...readFileSync(pathOf('test/bin/scenario.jsonl'), 'latin1').split('\n').filter(Boolean)),
    take: read(/JSON|Unexpected|control character/, readMessage),
  },
  'line of a probe': {
    examples: printed,
    take: read(/is no (?:pointer|number)|no such line|address|tuple|family|state/, (text) => readLine(text, names)),
  },
  'answer of tcphash.ko': {
    examples: () =>
      lines(
        'ok at=5000000001 found=established state=ESTABLISHED cookie=1f inode=33 uid=0 snd_una=1 rcv_nxt=0 bucket=1 chain=2\n',
        'ok at=5000000001 found=listener backlog=3 limit=128\n',
        'error code=EINVAL column=8 what=family is missing\n',
        'socket saddr=192.0.2.1 sport=80 daddr=192.0.2.2 dport=4000 state=ESTABLISHED\nok done=0 next=17 skip=0\n',
      ),
    take: read(NOTHING, readAnswer, (text) => readSlice(text, 1)),
  },
  'answer of ss': {
    examples: () =>
      lines(
        'ESTAB 0 0 127.0.0.1:18080 127.0.0.1:39582 uid:65534 ino:337098 sk:2 cgroup:/ <->',
        'TIME-WAIT 0 0 127.0.0.1:18080 127.0.0.1:39582 timer:(timewait,59sec,0) ino:0 sk:5',
        'LISTEN 2 128 [::]:80 [::]:* ino:33 sk:1001 cgroup:/ v6only:0 <->',
      ),
    take: read(NOTHING, readSs),
  },
  BTF: {
    examples: () => [blob()],
    take: (bytes) =>
      read(/BTF|range|bounds|offset|length/i, () =>
        readBtf(bytes, { functions: ['tcp_reset', 'pair'], typedefs: ['int'], enums: ['wide'], like: /^not|seen/ }),
      )(bytes, 0),
  },
  facts: {
    examples: () => contentsOf('test/host/facts/6.12.json'),
    take: async (bytes) => {
      const directory = mkdtempSync(join(tmpdir(), 'trace-reset-fuzz-'))
      try {
        writeFileSync(join(directory, 'facts'), bytes)
        await recordedFacts(join(directory, 'facts'))
      } catch (error) {
        if (!(error instanceof ExpectedError)) throw error
        refuse(OBEYED.test(printable(error.message)), `a terminal would obey: ${JSON.stringify(error.message)}`)
      } finally {
        rmSync(directory, { recursive: true })
      }
    },
  },
  '/proc': {
    examples: () =>
      lines(
        'Tcp: RtoAlgorithm RtoMin OutRsts\nTcp: 1 200 7\n',
        '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
          '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 33 1 0 100 0 0 10 0\n',
        'ipv4 2 tcp 6 431999 ESTABLISHED src=192.0.2.2 dst=192.0.2.1 sport=4000 dport=32193 src=10.0.0.1 dst=192.0.2.2 sport=80 dport=4000 [ASSURED] mark=0 use=1\n',
        '0::/system.slice/docker-0123456789abcdef.scope\n',
        'http 80/tcp www # WorldWideWeb HTTP\n',
      ),
    take: read(NOTHING, readSnmp, readProcNetTcp, readConntrackLine, cgroupIn, readServices),
  },
  'file of a container runtime': {
    examples: () =>
      lines(
        '{"Name":"/web","Config":{"Labels":{"io.kubernetes.pod.name":"web-0","io.kubernetes.pod.namespace":"shop"}}}',
        '{"hostname":"x","annotations":{"io.kubernetes.cri.container-name":"web","io.kubernetes.cri.sandbox-name":"web-0"}}',
        '[{"id":"0123456789abcdef","names":["web"]}]',
      ),
    take: read(
      /JSON|Unexpected|control character/,
      json(dockerNames),
      json(containerdNames),
      json((value) => storedNames('0123456789abcdef', value)),
    ),
  },
}
