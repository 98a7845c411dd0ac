// SPDX-License-Identifier: MIT
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The recordings of the fixtures of a kernel, sorted. */
export const recordingsOf = (kernel: string): string[] => {
  const directory = fileURLToPath(new URL(`../../fixtures/${kernel}/`, import.meta.url))
  return readdirSync(directory)
    .filter((name) => !name.includes('.md'))
    .toSorted()
    .map((name) => `${directory}${name}/recording.jsonl`)
}
