// SPDX-License-Identifier: MIT
// The style and the script of the page are files of the package, joined as they are: one scope, read downward.

/** The style and the script of the page, as text. */
export type Assets = { css: string; js: string }

/** In the order of the cascade. */
const STYLES = ['colours', 'page', 'causes', 'timeline', 'tools', 'list', 'detail', 'sequence']

/** What runs when it is read stands behind what it calls. */
const SCRIPTS = ['make', 'data', 'detail', 'row', 'list', 'choice', 'keyboard', 'start']

/** Both, of the text of each file of the package, by its path there. */
export const assetsOf = (read: (file: string) => string): Assets => ({
  css: STYLES.map((name) => read(`src/report/style/${name}.css`)).join('\n'),
  js: `'use strict'\n;(() => {\n${SCRIPTS.map((name) => read(`src/report/script/${name}.js`)).join('\n')}})()\n`,
})
