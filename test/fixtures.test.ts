// SPDX-License-Identifier: MIT
// Every recording of the lab, replayed with the options of the run that made it: the same bytes, and the cause that was
// provoked. `fixtures/<kernel>/<cause>/` holds recording.jsonl, options.json and live.json, what that run printed;
// `<cause>.<trigger>/` is the same cause provoked in another way, or seen in another format or without the module; `.ipv6`
// the other family. golden.csv and golden.txt are what the other formats give.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { replayHere } from './command.ts'

const ROOT = fileURLToPath(new URL('../fixtures/', import.meta.url))
const directories = (path: string) =>
  existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
const FIXTURES = directories(ROOT).flatMap(({ name: kernel }) =>
  directories(`${ROOT}${kernel}`).map(({ name }) => ({ kernel, name, path: `${ROOT}${kernel}/${name}` })),
)

const optionsOf = (path: string) => {
  const options = z.array(z.string()).parse(JSON.parse(readFileSync(`${path}/options.json`, 'utf8')))
  return { options, format: options[options.indexOf('--format') + 1] ?? '' }
}

test('there are fixtures of every kernel', () => {
  expect(directories(ROOT).map(({ name }) => name)).toEqual(['5.10', '6.1', '6.12', '7.2'])
})

describe.each(FIXTURES)('$kernel: $name', ({ name, path }) => {
  const { options, format } = optionsOf(path)
  const recording = `${path}/recording.jsonl`

  test('replays to what was printed live, and names the cause', async () => {
    const [cause = ''] = name.split('.')
    const { stdout, exitCode } = await replayHere([recording, ...options, '--expect', cause])
    expect({ stdout, exitCode }).toEqual({ stdout: readFileSync(`${path}/live.${format}`, 'utf8'), exitCode: 0 })
  })

  // What is recorded in another format shows that format itself.
  const others = [
    ['csv', 'golden.csv'],
    ['table', 'golden.txt'],
  ].filter(() => format === 'json')

  test.each(others)('as %s', async (other = '', golden = '') => {
    const { stdout } = await replayHere([recording, ...options, '--format', other])
    await expect(stdout).toMatchFileSnapshot(`${path}/${golden}`)
  })
})
