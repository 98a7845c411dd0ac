// SPDX-License-Identifier: MIT

/** What ends a connection, by number (include/uapi/asm-generic/errno.h): on x86 and arm64 alike. */
const ERRNO: Readonly<Record<number, string>> = {
  12: 'ENOMEM',
  32: 'EPIPE',
  71: 'EPROTO',
  90: 'EMSGSIZE',
  92: 'ENOPROTOOPT',
  101: 'ENETUNREACH',
  103: 'ECONNABORTED',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  112: 'EHOSTDOWN',
  113: 'EHOSTUNREACH',
}

/** The kernel's name of an error; `errno n` for a number that ends no connection. */
export const errnoName = (number: number): string => ERRNO[number] ?? `errno ${number}`
