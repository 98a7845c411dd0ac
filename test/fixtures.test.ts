// SPDX-License-Identifier: MIT
// Every recording of the lab, replayed with the options of the run that made it: the same bytes, and the cause that was
// provoked. `fixtures/<kernel>/<cause>/` holds recording.jsonl, options.json and live.json, the output of that run;
// `<cause>.<variant>/` is the same cause in another format, or without the module.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { replayHere } from './command.ts'
import { schemaOf } from './json.ts'

const ROOT = fileURLToPath(new URL('../fixtures/', import.meta.url))
const directories = (path: string) =>
  existsSync(path) ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : []
const FIXTURES = directories(ROOT).flatMap(({ name: kernel }) =>
  directories(`${ROOT}${kernel}`).map(({ name }) => ({ kernel, name, path: `${ROOT}${kernel}/${name}` })),
)

// What a recording of schema 1 does not know is empty today, and was no field then: byte for byte the rest is the same.
const asOfSchema1 = (stdout: string) =>
  stdout
    .replaceAll(',"cgroup":null,"dev":null,', ',')
    .replace(',owner,cgroup,dev,', ',owner,')
    .replaceAll(/,(closer|socket|none),,,(module|ss|off),/g, ',$1,$2,')

test('there are fixtures', () => {
  expect(FIXTURES.length, 'fixtures/ is empty: the gauntlet in the lab records them').toBeGreaterThan(0)
})

test.each(FIXTURES)('$kernel: $name', async ({ name, path }) => {
  const options = z.array(z.string()).parse(JSON.parse(readFileSync(`${path}/options.json`, 'utf8')))
  const live = readFileSync(`${path}/live.${options[options.indexOf('--format') + 1]}`, 'utf8')
  const { stdout, exitCode } = await replayHere([`${path}/recording.jsonl`, ...options])
  const old = schemaOf(readFileSync(`${path}/recording.jsonl`, 'utf8')) === 1
  expect({ stdout: old ? asOfSchema1(stdout) : stdout, exitCode }).toEqual({ stdout: live, exitCode: 0 })

  const [cause = ''] = name.split('.')
  const expected = await replayHere([`${path}/recording.jsonl`, ...options, '--expect', `${cause}=1`])
  expect(expected).toMatchObject({ exitCode: 0 })
})
