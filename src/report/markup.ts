// SPDX-License-Identifier: MIT

/** An element: its tag, its attributes (true: without a value; undefined: left out), and what is in it. */
export type Element = readonly [tag: string, attributes: Attributes, ...children: Child[]]
export type Child = string | Element
type Attributes = Readonly<Record<string, string | number | true | undefined>>

/** Elements that have no content and no end (HTML, void elements). */
const VOID = new Set(['meta', 'link', 'input', 'br', 'col'])

/** HTML or SVG as text. Whatever is not a tag or the name of an attribute is escaped: here, and nowhere else. */
export const markup = (child: Child): string => {
  if (typeof child === 'string') return escaped(child)
  const [tag, attributes, ...children] = child
  const head = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`],
  )
  const open = `<${tag}${head.join('')}>`
  return VOID.has(tag) ? open : `${open}${children.map(markup).join('')}</${tag}>`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

/** JSON as the content of a script element, which would end at `</script` and begin a comment at `<!--`. */
export const inlineJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
