// SPDX-License-Identifier: MIT
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CATALOGUE } from '../src/program/catalogue.ts'
import { CAUSES } from '../src/verdict/causes.ts'
import { bin, CLI, factsOf, replayHere, traceReset } from './command.ts'
import { versionOf } from './json.ts'
import { at, reset, start, stop, TUPLE } from './samples.ts'

const directory = mkdtempSync(join(tmpdir(), 'trace-reset-cli-'))
afterAll(() => rmSync(directory, { recursive: true }))
const file = (name: string) => join(directory, name)

const recording = (count: number) => [
  start(),
  ...Array.from({ length: count }, (_, n) => reset({ at: at(1000 + n), tuple: { ...TUPLE, sport: n % 65536 } })),
  stop(),
]
const TWO = file('two.jsonl')
const MANY = file('many.jsonl')
const write = (name: string, lines: readonly object[]) =>
  writeFileSync(name, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
beforeAll(() => {
  write(TWO, recording(2))
  write(MANY, recording(5000))
})

test.each([
  [['repaly', TWO], 'did you mean replay or report? trace-reset --help lists the commands'],
  [['--dport', '80', 'cause'], 'did you mean causes? trace-reset --help lists the commands'],
  [['replay', '--nosuch'], 'trace-reset replay --help shows its options'],
  [['ehash', 'lookup', '--nosuch'], 'trace-reset ehash lookup --help shows its options'],
  [['--nosuch'], 'trace-reset --help shows options and examples'],
])('the hint after %j', async (args, hint) => {
  const { stderr, exitCode } = await traceReset(args)
  expect({ hint: stderr.split('\n')[1], exitCode }).toEqual({ hint: `hint: ${hint}`, exitCode: 2 })
})

test('the version is that of the package', async () => {
  const version = versionOf(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  expect(await traceReset(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', exitCode: 0 })
})

// The fake dies at once, with exit code 1 and words of its own: whoever gets 2 was judged before bpftrace ran.
const LIVE = ['--facts', factsOf('6.1'), '--bpftrace', bin('dies-at-start'), '--ehash', 'off']

test.each<[string, string[], RegExp]>([
  ['an address', ['--saddr', 'example.org'], /^--saddr: "example\.org" is not an IP address$/],
  ['a port of metrics', ['--metrics', '65536'], /^--metrics: "65536" is no port, and no address and port$/],
  ['every address of metrics', ['--metrics', ':9435'], /^--metrics: "" is not an IP address$/],
  ['a name of metrics', ['--metrics', 'localhost:9435'], /^--metrics: "localhost" is not an IP address$/],
  ['a prefix of metrics', ['--metrics', '192.0.2.0/24:9435'], /^--metrics: "192\.0\.2\.0\/24" is not an IP address$/],
  ['IPv6 without brackets', ['--metrics', '2001:db8::1:9435'], /^--metrics: "2001:db8::1:9435" is no port, /],
  ['a label', ['--metrics', '1', '--metrics-labels', 'lport,pid'], /^--metrics-labels: no such label: "pid"$/],
  ['a rotation of no recording', ['--record-size', '10M'], /^--record-size: there is no recording$/],
  ['files without a turn', ['--record', 'x', '--record-files', '3'], /^--record-files: nothing begins another file$/],
  ['a size', ['--record', 'x', '--record-size', '10'], /It is not a size from 256k up, as 10M or 1G/],
  ['labels alone', ['--metrics-labels', 'lport'], /^--metrics-labels: there are no metrics$/],
  ['a prefix length', ['--daddr', '192.0.2.0/40'], /^--daddr: "192\.0\.2\.0\/40" has no prefix length of 0 to 32$/],
  ['an end', ['--peer', '192.0.2.7:x'], /^--peer: "x" is not a port$/],
  ['ends of two kinds', ['--local', '192.0.2.1,:80'], /^--local: these ends differ/],
  ['an end twice', ['--peer', ':80', '--sport', '80'], /^--sport and --peer ask the same$/],
  ['a port', ['--dport', '65536'], /^--dport: "65536" is not a port$/],
  ['a range', ['--sport', '90-80'], /^--sport: "90-80" is not a port$/],
  [
    'a network namespace',
    ['--netns', 'eth0'],
    /^--netns: "eth0" is not a network namespace: \/run\/netns\/eth0: no such file or directory$/,
  ],
  ['a service', ['--dport', 'no-such-service'], /^--dport: "no-such-service" is not a port$/],
  ['an exclusion', ['--not-sport', '80,'], /^--not-sport: "" is not a port$/],
  ['an exclusion of everything', ['--not-netns', 'all'], /^--not-netns all excludes every connection$/],
  ['a PID', ['--pid', 'nginx'], /^--pid: "nginx" is not a PID$/],
  ['a name', ['--not-comm', ''], /^--not-comm: a name is empty$/],
  ['an interface', ['--dev', '$(id)/'], /^--dev: "\$\(id\)\/" is not the name of an interface$/],
  ['a state', ['--not-state', 'open'], /^--not-state: "open" is not a TCP state$/],
  ['a cause to select', ['--cause', 'magic'], /^--cause: there is no cause "magic"$/],
  ['several causes by one prefix', ['--cause', 'ignored'], /^--cause: there is no cause "ignored": it may be /],
  ['an outcome', ['--outcome', 'out'], /^--outcome: there is no "out"$/],
  ['a doer', ['--not-who', 'me'], /^--not-who: there is no "me"$/],
  ['a confidence', ['--confidence', 'sure'], /^--confidence: there is no "sure"$/],
  ['a verdict filter of a program', ['program', '--comm', 'nginx'], /^unknown option '--comm'/],
  ['families that contradict', ['--saddr', '192.0.2.1', '--daddr', '::1'], /^the addresses are of different families/],
  ['a family that no address has', ['-4', '--daddr', '::1'], /^the addresses are of different families/],
  ['a time', ['--timeout', '0'], /'0' is invalid\. It is not a time of 1 s to 596 h/],
  ['a time that is too long', ['--timeout', '597h'], /'597h' is invalid/],
  ['a time in words', ['--timeout', 'soon'], /'soon' is invalid/],
  ['a step', ['--probe', 'tcp_reset,do_exit'], /^--probe: no such kernel function: "do_exit"$/],
  ['a step that is none', ['program', '--probe', ''], /^--probe: no such kernel function: ""$/],
  ['a format', ['--format', 'xml'], /'xml' is invalid\. Allowed choices are table, json, csv/],
  ['a source of look-ups', ['--ehash', 'dmesg'], /'dmesg' is invalid/],
  ['a count', ['-n', '0'], /'0' is invalid/],
  ['a count in words', ['-n', 'many'], /'many' is invalid/],
  ['an option', ['--port', '80'], /^unknown option '--port'/],
  ['an option without its value', ['--dport'], /argument missing/],
  ['a command that there is not', ['everything'], /^there is no command "everything"$/],
  ['an option before a command', ['--dport', '80', 'doctor'], /^--dport: write it behind doctor$/],
  ['an option before a replay', ['-f', 'json', 'replay', TWO], /^--format: write it behind replay$/],
  ['an exclusion before a replay', ['--not-comm', 'a', 'replay', TWO], /^--not-comm: write it behind replay$/],
  ['a word behind all', ['doctor', 'now'], /^too many arguments for 'doctor'/],
  [
    'an output in no directory',
    ['--output', file('none/x')],
    /^--output: cannot write .*\/none\/x: no such file or directory$/,
  ],
  [
    'an output that is a directory',
    ['--output', directory],
    /^--output: cannot write .*: illegal operation on a directory$/,
  ],
  [
    'a recording in no directory',
    ['--record', file('none/x.gz')],
    /^--record: cannot write .*\/none\/x.gz: no such file or directory$/,
  ],
  ['facts that are not there', ['--facts', file('none')], /^--facts: cannot use .*: no such file or directory$/],
  ['facts that are none', ['--facts', CLI], /^--facts: cannot use /],
  ['an expectation of an unknown cause', ['replay', TWO, '--expect', 'magic'], /^--expect: there is no cause "magic"$/],
  [
    'an expectation that is none',
    ['replay', TWO, '--expect', 'no-socket=x'],
    /^--expect: "no-socket=x" is not a cause$/,
  ],
  ['a replay of nothing', ['replay'], /^missing required argument 'file'/],
  ['a replay to an output in no directory', ['replay', TWO, '-o', file('none/x')], /^--output: cannot write /],
  ['a cause', ['causes', 'magic'], /^there is no cause "magic"$/],
  ['a command below a command', ['module', 'burn'], /burn/],
  ['a look-up that excludes', ['ehash', 'lookup', '--not-dport', '80'], /^unknown option '--not-dport'/],
  ['a look-up of many', ['ehash', 'lookup', '--saddr', '192.0.2.0/24'], /^--saddr: a look-up is for one address$/],
])('a usage error, 2, in one line with a hint: %s', async (_, args, message) => {
  const live = args[0]?.startsWith('-') === true || args[0] === 'everything'
  const { stdout, stderr, exitCode } = await traceReset(live ? [...LIVE, ...args] : args)
  expect(stderr).toMatch(/^trace-reset: [^\n]+\nhint: [^\n]+\n$/)
  expect(stderr.split('\n')[0]?.slice('trace-reset: '.length)).toMatch(message)
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
})

test.each([
  [['peer-aborted'], 0, 'nothing lost\ntrace-reset: 1 expectation holds\n'],
  [['peer-aborted=2'], 0, '1 expectation holds'],
  [['peer-aborted', 'linger-zero=0'], 0, '2 expectations hold'],
  [['peer*=2', 'ignored-*=0'], 0, '2 expectations hold'],
  [['peer-aborted=1'], 4, 'trace-reset: peer-aborted: expected 1, got 2\nhint: 1 of 1 --expect does not hold\n'],
  [['linger-zero'], 4, 'trace-reset: linger-zero: expected some, got 0\n'],
  [
    ['linger-zero', 'no-socket=3', 'peer-aborted'],
    4,
    'trace-reset: linger-zero: expected some, got 0\nno-socket: expected 3, got 0\nhint: 2 of 3 --expect do not hold\n',
  ],
])('replay --expect %j gives %d', async (expectations, code, message) => {
  const { stderr, exitCode } = await replayHere([TWO, ...expectations.flatMap((one) => ['--expect', one])])
  expect(exitCode).toBe(code)
  expect(stderr).toContain(message)
})

test('an expectation counts what the filter lets through', async () => {
  const { exitCode } = await replayHere([TWO, '--sport', '1', '--expect', 'peer-aborted=1'])
  expect(exitCode).toBe(0)
})

test('-n ends after so many verdicts', async () => {
  const { stdout, exitCode } = await replayHere([MANY, '--format', 'json', '-n', '3'])
  expect({ lines: stdout.trimEnd().split('\n').length, exitCode }).toEqual({ lines: 3, exitCode: 0 })
})

test('-o takes the verdicts, and standard output stays empty', async () => {
  const onto = file('verdicts.csv')
  const { stdout, exitCode } = await traceReset(['replay', TWO, '--format', 'csv', '-o', onto])
  const direct = await replayHere([TWO, '--format', 'csv'])
  expect({ stdout, exitCode, written: readFileSync(onto, 'utf8') }).toEqual({
    stdout: '',
    exitCode: 0,
    written: direct.stdout,
  })
})

test('totals are the last line on standard error', async () => {
  const { stderr } = await traceReset(['replay', TWO])
  expect(stderr).toMatchInlineSnapshot(`
    "trace-reset: 2 resets: 0 sent, 2 received; 0 look-ups; nothing lost
    "
  `)
})

test.each(['table', 'json', 'csv'])('whoever reads %s may go: | head', async (format) => {
  const command = `{ "$0" "$1" replay "$2" --format ${format}; echo "exit code $?" >&2; } | head -n 1`
  const { stdout, stderr } = await execa('sh', ['-c', command, process.execPath, CLI, MANY])
  expect(stdout.split('\n')).toHaveLength(1)
  expect(stderr.split('\n').filter((line) => !/^trace-reset: \d+ resets?: /.test(line))).toEqual(['exit code 0'])
})

const ontoFullDisk = async (args: string) =>
  execa('sh', ['-c', `"$0" "$1" ${args} > /dev/full`, process.execPath, CLI, MANY], { reject: false })

describe('a full disk is no success', () => {
  test.each(['replay "$2"', 'replay "$2" --format json', 'causes', 'replay "$2" --expect peer-aborted'])(
    'of standard output: %s',
    async (args) => {
      const { stderr, exitCode } = await ontoFullDisk(args)
      expect(stderr).toMatch(/trace-reset: cannot write standard output: no space left on device\nhint: .*$/)
      expect(exitCode).toBe(1)
    },
  )

  test.each(['table', 'json', 'csv'])('of --output, in %s', async (format) => {
    const { stdout, stderr, exitCode } = await replayHere([TWO, '--format', format, '-o', '/dev/full'])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(stderr).toMatch(
      /trace-reset: --output: cannot write \/dev\/full: no space left on device\nhint: what is there is not whole\n$/,
    )
  })
})

test('a reader that goes does not falsify an expectation', async () => {
  const command = '{ "$0" "$1" replay "$2" --expect peer-aborted=5000; echo "exit code $?" >&2; } | head -n 1'
  const { stderr } = await execa('sh', ['-c', command, process.execPath, CLI, MANY])
  expect(stderr).toMatch(/5000 resets: [^]*\nexit code 0$/)
})

test.each([
  ['a file that is not there', ['replay', 'no/such'], 'cannot read no/such: no such file or directory'],
  ['bpftrace that dies at the start', LIVE, 'bpftrace ended with exit code 1: '],
])('no totals of a run that never began: %s', async (_, args, message) => {
  const { stderr, exitCode } = await traceReset(args)
  expect(stderr.split('\n')[0]).toContain(`trace-reset: ${message}`)
  expect({ exitCode, totals: /resets:/.test(stderr) }).toEqual({ exitCode: 1, totals: false })
})

// script(1), of every system's base, gives the command a terminal.
const SCRIPT = 'script'
const onTerminal = async (env: Record<string, string>, ...args: string[]) => {
  const command = `'${process.execPath}' '${CLI}' replay '${TWO}' ${args.join(' ')} 2>/dev/null`
  const { stdout } = await execa(SCRIPT, ['-qec', command, '/dev/null'], {
    env: { TERM: 'xterm', NO_COLOR: '', ...env },
    stdin: 'ignore',
  })
  return stdout
}

describe('colour', () => {
  test('on a terminal', async () => expect(await onTerminal({})).toContain('\u001b[33mpeer-aborted'))
  test('not with NO_COLOR', async () => expect(await onTerminal({ NO_COLOR: '1' })).not.toContain('\u001b['))
  test('not on a dumb one', async () => expect(await onTerminal({ TERM: 'dumb' })).not.toContain('\u001b['))
  test('not with --color never', async () =>
    expect(await onTerminal({ FORCE_COLOR: '1' }, '--color', 'never')).not.toContain('\u001b['))
  test('in a pipe with --color always', async () =>
    expect((await traceReset(['replay', TWO, '--color', 'always'])).stdout).toContain('\u001b['))
  test('in the file of --output as in a pipe', async () => {
    await onTerminal({}, '-o', file('plain'))
    await onTerminal({}, '-o', file('painted'), '--color', 'always')
    const [plain, painted] = ['plain', 'painted'].map((name) => readFileSync(file(name), 'utf8').includes('\u001b['))
    expect({ plain, painted }).toEqual({ plain: false, painted: true })
  })
  test('not in a file or a pipe', async () =>
    expect((await traceReset(['replay', TWO])).stdout).not.toContain('\u001b'))
})

const objects = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)))

describe('answers for programs', () => {
  test('causes', async () => {
    const ids = Object.keys(CAUSES)
    expect((await traceReset(['causes', '--list'])).stdout).toBe(ids.map((id) => `${id}\n`).join(''))
    const all = objects((await traceReset(['causes', '-f', 'json'])).stdout)
    expect(all.map(({ id }) => id)).toEqual(ids)
    const [one, ...others] = objects((await traceReset(['causes', 'linger-zero', '-f', 'json'])).stdout)
    expect({ others, id: one?.['id'], who: one?.['who'], outcome: one?.['outcome'] }).toEqual({
      others: [],
      id: 'linger-zero',
      who: 'local-app',
      outcome: 'sent',
    })
  })

  test('probes', async () => {
    const all = objects((await traceReset(['probes', '-f', 'json', '--facts', factsOf('7.2')])).stdout)
    expect(all.filter(({ use }) => use === 'step')).toHaveLength(CATALOGUE.length)
    expect(all.find(({ names }) => String(names) === 'tcp_reset')).toMatchObject({ use: 'trace', here: true })
    expect(all.find(({ names }) => String(names) === 'nf_send_reset')).toMatchObject({
      here: false,
      module: 'nf_reject_ipv4',
    })
  })

  test('doctor, the state of the module', async () => {
    const doctor = await traceReset(['doctor', '-f', 'json', '--bpftrace', 'no-such-bpftrace'])
    const [machine] = objects(doctor.stdout)
    expect(machine).toMatchObject({ can_trace: false, memory_bytes: null })
    expect(machine?.['needed']).toContainEqual(expect.objectContaining({ name: 'bpftrace', ok: false }))
    expect(doctor.exitCode).toBe(3)
    const [module] = objects((await traceReset(['module', 'status', '-f', 'json'])).stdout)
    expect(Object.keys(module ?? {})).toEqual(['kernel', 'headers', 'built', 'module'])
  })
})

test('causes lists all, and explains one', async () => {
  const all = await traceReset(['causes'])
  expect(all.stdout).toMatch(/^linger-zero \(local-app\)$/m)
  expect(all.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
  expect((await traceReset(['causes', 'linger-zero'])).stdout).toMatch(/^linger-zero\n\nWho: local-app\n/)
})

test('program prints what would run, from facts of another machine', async () => {
  const filter = ['--saddr', '192.0.2.0/24,198.51.100.7', '--dport', '80,8000-8100']
  const { stdout, exitCode } = await traceReset(['program', '--facts', factsOf('6.1'), ...filter])
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: readFileSync(new URL('program/golden/6.1.bt', import.meta.url), 'utf8'),
  })
})

test.each([
  [['--saddr', '2001:db8::1'], /\(\$family == 6 && /],
  [['--ttl'], /@packets\[/],
  [['--probe', 'tcp_done'], /^kretprobe:tcp_done$/m],
  [
    ['--probe', 'tcp_done,kfree_skb', '--probe', 'ip_rcv'],
    /^kprobe:ip_rcv$[^]*^kprobe:tcp_done$[^]*^tracepoint:skb:kf/m,
  ],
  [['--packets'], /^kprobe:ip_rcv$[^]*^kprobe:tcp_rcv_established$/m],
])('program %j', async (args, expected) => {
  const { stdout, stderr, exitCode } = await traceReset(['program', '--facts', factsOf('6.1'), ...args])
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  expect(stdout).toMatch(expected)
})

test('--stack, --explain and --balance are of what is printed', async () => {
  const plain = await replayHere([TWO])
  const stacked = await replayHere([TWO, '--stack', '--format', 'json'])
  expect(stacked.stdout).toMatch(/"stack":\[\]\}\n$/)
  const explained = await replayHere([TWO, '--explain'])
  expect(explained.stdout).toMatch(/Usually:\n[^]*Next:\n/)
  const summed = await replayHere([TWO, '--balance'])
  expect(summed.stdout).toBe(plain.stdout)
  expect(summed.stderr.slice(plain.stderr.length)).toBe(
    `trace-reset: netns ${TUPLE.netns}: sent: 0 reported + 0 lost; the kernel's OutRsts is unknown: the namespace did not exist for the whole trace\n` +
      `trace-reset: netns ${TUPLE.netns}: ended without a close: 0; the kernel's EstabResets is unknown: the namespace did not exist for the whole trace; 2 of all by a RST\n`,
  )
})

const listed = async (kernel: string) => (await traceReset(['probes', '--facts', factsOf(kernel)])).stdout

test('probes lists what every trace uses and the catalogue, with the arguments of that kernel', async () => {
  const stdout = await listed('6.12')
  expect(stdout.match(/^[+-].*$/gm)).toMatchInlineSnapshot(`
    [
      "+ inet_twsk_alloc",
      "+ sock:inet_sock_set_state",
      "+ security_sock_graft",
      "+ tcp_finish_connect",
      "+ tcp_child_process",
      "+ tcp_reset, tcp_send_active_reset, tcp_v4_send_reset, tcp_v6_send_reset",
      "+ skb:kfree_skb",
      "+ tcp_v4_send_reset, tcp_v6_send_reset",
      "+ tcp_send_active_reset",
      "+ tcp_v4_rcv, tcp_v6_rcv (per packet; only with --ttl)",
      "+ sock:inet_sock_set_state (per packet; only with --ttl)",
      "+ ip_send_unicast_reply",
      "+ tcp_v6_send_response",
      "+ tcp_reset",
      "+ tcp_check_req",
      "+ inet_csk_reqsk_queue_drop_and_put",
      "+ tcp_timewait_state_process",
      "+ nf_ct_attach",
      "+* ip_rcv(skb, dev, pt, orig_dev)",
      "+* ip_rcv_core(skb, net)",
      "+  ip_rcv_finish(net, sk, skb)",
      "+* ipv6_rcv(skb, dev, pt, orig_dev)",
      "+  ip6_rcv_finish(net, sk, skb)",
      "+  tcp_v4_early_demux(skb)",
      "+  tcp_v6_early_demux(skb)",
      "+  ip_local_deliver(skb)",
      "+  ip6_input(skb)",
      "+* tcp_v4_rcv(skb)",
      "+* tcp_v6_rcv(skb)",
      "+  __inet_lookup_established(net, hashinfo, saddr, sport, daddr, hnum, dif, sdif)",
      "+  __inet6_lookup_established(net, hashinfo, saddr, sport, daddr, hnum, dif, sdif)",
      "+  __inet_lookup_listener(net, hashinfo, skb, doff, saddr, sport, daddr, hnum, dif, sdif)",
      "+  inet6_lookup_listener(net, hashinfo, skb, doff, saddr, sport, daddr, hnum, dif, sdif)",
      "+* tcp_v4_do_rcv(sk, skb)",
      "+* tcp_v6_do_rcv(sk, skb)",
      "+* tcp_rcv_established(sk, skb)",
      "+* tcp_rcv_state_process(sk, skb)",
      "+  tcp_validate_incoming(sk, skb, th, syn_inerr)",
      "+  tcp_check_req(sk, skb, req, fastopen, req_stolen)",
      "+  tcp_timewait_state_process(tw, skb, th, tw_isn)",
      "+  tcp_reset(sk, skb)",
      "+  tcp_v4_send_reset(sk, skb, reason)",
      "+  tcp_v6_send_reset(sk, skb, reason)",
      "-  nf_send_reset()",
      "-  nf_send_reset6()",
      "+  tcp_send_active_reset(sk, reason)",
      "+  tcp_send_challenge_ack(sk)",
      "+  tcp_abort(sk, err)",
      "+  tcp_set_state(sk, state)",
      "+  tcp_done(sk)",
      "+  skb:kfree_skb",
    ]
  `)
  expect(stdout.split('\n').filter((line) => /^ {4}/.test(line) && line.length > 80)).toEqual([])
})

test('probes says what a kernel has not, and why', async () => {
  expect((await listed('7.2')).match(/^- .*\n(?: {4}.*\n)+/gm)?.map((entry) => entry.split('\n').at(-2))).toEqual([
    '    NOT on this kernel: the trace goes on without it',
    '    NOT on this kernel: the trace goes on without it',
    '    NOT now: the module nf_reject_ipv4 is not loaded',
    '    NOT now: the module nf_reject_ipv6 is not loaded',
  ])
})

test('doctor says that bpftrace is not there in one line', async () => {
  const { stdout } = await traceReset(['doctor', '--bpftrace', 'no-such-bpftrace'])
  expect(stdout).toMatch(/^ {2}MISS bpftrace {2}no-such-bpftrace: not found\n {17}hint: install it/m)
})

test.skipIf(existsSync('/dev/tcphash'))(
  'ehash list without the module prints no header, and no hint that does not work',
  async () => {
    const { stdout, stderr, exitCode } = await traceReset(['ehash', 'list'])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 3 })
    expect(stderr).toBe(
      'trace-reset: cannot open /dev/tcphash: no such file or directory\n' +
        'hint: load the module with: trace-reset module build && trace-reset module load\n',
    )
  },
)
