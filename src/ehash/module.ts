// SPDX-License-Identifier: MIT
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { environmentError, messageOf } from '../errors.ts'
import { readAnswer, writeRequest } from './answer.ts'
import { NETNS_UNKNOWN, type Ehash } from './ehash.ts'

/** Longer than any answer; the module bounds its lines (kmod/tcphash.h). */
const ANSWER_BYTES = 4096

/**
 * Opens tcphash.ko's device. A request and its answer are a write and a read and take 3 us together, so they are
 * synchronous; the thread pool would take 50 us. Throws an environment error when the device cannot be opened.
 */
export const openModule = (device: string): Ehash => {
  const descriptor = openDevice(device, '; or use --ehash ss')
  const buffer = Buffer.alloc(ANSWER_BYTES)
  return {
    source: 'module',
    ask: (tuple, question) => {
      if (tuple.netns === 0) return NETNS_UNKNOWN
      try {
        writeSync(descriptor, writeRequest(tuple, question))
        return readAnswer(buffer.toString('latin1', 0, readSync(descriptor, buffer)))
      } catch (error) {
        return { answer: { found: null, error: messageOf(error) } }
      }
    },
    close: () => closeSync(descriptor),
  }
}

/**
 * Opens tcphash.ko's device and gives its file descriptor. Throws an environment error with a hint, which ends with what can be
 * done without it.
 */
export const openDevice = (device: string, otherwise = ''): number => {
  try {
    return openSync(device, constants.O_RDWR)
  } catch (error) {
    throw environmentError(`cannot open ${device}: ${messageOf(error)}`, hintFor(error, otherwise), error)
  }
}

const hintFor = (error: unknown, otherwise: string) =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
    ? `load the module with: trace-reset module build && trace-reset module load${otherwise}`
    : `run as root: the device asks for CAP_NET_ADMIN${otherwise}`
