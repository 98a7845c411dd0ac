// SPDX-License-Identifier: MIT
import type { Verdict } from '../verdict/verdict.ts'

/** The plain sentence of a verdict, with the owner of the connection here where the sentence does not name it. */
export const sentence = ({ why, owner }: Pick<Verdict, 'why' | 'owner'>): string => {
  const name = ownerText(owner)
  return name === '-' || why.includes(name) ? why : `${why}; ours: ${name}`
}

/** The same with how sure it is; a sentence that nothing is known says so itself. */
export const judged = (verdict: Pick<Verdict, 'why' | 'owner' | 'confidence'>): string =>
  verdict.confidence === 'unknown' ? sentence(verdict) : `${sentence(verdict)}; ${verdict.confidence}`

/** The name of a task without its number: many processes of one name are one program; null where no owner is known. */
export const ownerName = (owner: Verdict['owner']): string | null => owner?.comm ?? null

/** `nginx[812]`, or `-`. */
export const ownerText = (owner: Verdict['owner']): string => (owner === null ? '-' : `${owner.comm}[${owner.pid}]`)
