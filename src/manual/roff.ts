// SPDX-License-Identifier: MIT
// Manual pages in the macros of man(7).

/** A page of its parts. The first paragraph below a heading is one by itself. */
export const page = (parts: readonly string[]): string => parts.join('').replaceAll(/^(\.S[HS] .*\n)\.PP\n/gm, '$1')

/** The head of a page: its name, section, date, and what it is of. */
export const titleLine = (name: string, section: number, date: string, version: string): string =>
  `.TH ${name.toUpperCase()} ${section} ${date} "trace-reset ${version}" "System Administration"\n`

export const heading = (name: string): string => `.SH ${name}\n`
export const subheading = (name: string): string => `.SS ${text(name)}\n`
export const paragraph = (words: string): string => `.PP\n${text(words)}\n`

/** A tagged paragraph: a bold term, and what is said of it. */
export const item = (term: string, ...about: readonly string[]): string =>
  `.TP\n.B ${text(term)}\n${about.map((words) => `${text(words)}\n`).join('.br\n')}`

/** Lines as they are, indented: commands to type. */
export const literal = (lines: readonly string[]): string =>
  `.PP\n.RS 4\n.nf\n${lines.map((line) => `${text(line)}\n`).join('')}.fi\n.RE\n`

/** Text without the meaning that roff gives to backslashes, hyphens, quotes, and to dots and quotes that begin a line. */
export const text = (words: string): string =>
  words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(/^\./gm, '\\&.')
