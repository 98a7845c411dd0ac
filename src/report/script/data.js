// SPDX-License-Identifier: MIT
// What the page holds of each reset and cause, and how it is put in words.

/**
 * A reset, as entry.ts writes it: fields of `--format json`, without those that are null.
 *
 * @typedef {{ saddr: string, sport: number, daddr: string, dport: number, netns: number, time: string }} Connection
 * @typedef {{ outcome: Outcome, cause: string, who: string, confidence: string, why: string, because: string[] }} Said
 * @typedef {Partial<Record<TextField, string>> & Partial<Record<NumberField, number>>} Known
 * @typedef {'state' | 'comm' | 'by_comm' | 'cgroup' | 'dev' | 'host' | 'kernel' | 'reset_reason' | 'drop_reason' | 'segment' | 'flags'} TextField
 * @typedef {'pid' | 'by_pid' | 'unread_bytes' | 'seq' | 'ack' | 'window' | 'ttl' | 'ip_id' | 'payload_bytes'} NumberField
 * @typedef {{ source: string, lag_ns?: number, late?: boolean, found?: string, [field: string]: unknown }} Ehash
 * @typedef {Connection & Said & Known & { ehash: Ehash, sequence: Drawing, stack?: string[] }} Reset
 *
 * @typedef {'sent' | 'received' | 'ignored'} Outcome
 * @typedef {{ means: string, usually: string, next: string[] }} Cause
 * @typedef {{ resets: Reset[], causes: Record<string, Cause> }} Data
 */

/** @type {Data} */
// oxlint-disable-next-line typescript/no-unsafe-assignment -- page.ts wrote it into the same file.
const data = JSON.parse(part('data').textContent ?? '')

/** @type {readonly Outcome[]} */
const OUTCOMES = ['sent', 'received', 'ignored']

/** @type {(address: string, port: number) => string} */
const endpoint = (address, port) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)
/** @type {(reset: Reset) => string} */
const localEnd = ({ daddr, dport }) => endpoint(daddr, dport)
/** @type {(reset: Reset) => string} */
const peerEnd = ({ saddr, sport }) => endpoint(saddr, sport)

const days = new Set(data.resets.map(({ time }) => time.slice(0, 10)))

/**
 * When it was, with the day where the page has several.
 *
 * @type {(reset: Reset) => string}
 */
const clock = ({ time }) => (days.size > 1 ? `${time.slice(5, 10)} ${time.slice(11, 19)}` : time.slice(11, 23))
