// SPDX-License-Identifier: MIT
// What standard output takes, by the options, the environment and the terminal: one place decides.

/** The values of `--color`. */
export const COLOURS = ['auto', 'always', 'never'] as const
export type ColourChoice = (typeof COLOURS)[number]

/** The variables of the environment that speak of terminals. */
export type TerminalEnv = Readonly<Partial<Record<'FORCE_COLOR' | 'NO_COLOR' | 'TERM' | 'COLUMNS', string>>>

/** The columns of a page where there is no terminal to ask. */
const PAGE = 80

/**
 * Whether to colour: the option first, then FORCE_COLOR (0 and false mean never, as for Node), then NO_COLOR, then whether
 * it is a terminal that is not dumb. An empty variable says nothing (no-color.org, force-color.org).
 */
export const takesColour = (choice: ColourChoice, env: TerminalEnv, terminal: boolean): boolean => {
  if (choice !== 'auto') return choice === 'always'
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return !env.NO_COLOR && terminal && env.TERM !== 'dumb'
}

/** The columns to fill: of a terminal by COLUMNS, or what the terminal has; 80 of anything else. */
export const widthOf = (env: TerminalEnv, terminal: boolean, columns: number | undefined): number => {
  if (!terminal) return PAGE
  return /^[1-9]\d{0,3}$/.test(env.COLUMNS ?? '') ? Number(env.COLUMNS) : columns || PAGE
}
