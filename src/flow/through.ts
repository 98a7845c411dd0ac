// SPDX-License-Identifier: MIT
import { Observable, type OperatorFunction } from 'rxjs'
import type { Machine } from './order.ts'

/** A Machine as an operator. When the source fails, what the machine holds still comes, and then the failure. */
export const through =
  <In, Out>(create: () => Machine<In, Out>): OperatorFunction<In, Out> =>
  (source) =>
    new Observable((subscriber) => {
      const machine = create()
      const flush = () => {
        for (const output of machine.flush()) subscriber.next(output)
      }
      return source.subscribe({
        next: (input) => {
          for (const output of machine.push(input)) subscriber.next(output)
        },
        error: (error) => {
          flush()
          subscriber.error(error)
        },
        complete: () => {
          flush()
          subscriber.complete()
        },
      })
    })
