// SPDX-License-Identifier: MIT

/** Minutes by which the clocks here are before UTC at a moment, in seconds since 1970: by TZ, or this machine's zone. */
export const localZone = (seconds: number): number => -new Date(seconds * 1000).getTimezoneOffset()
