// SPDX-License-Identifier: MIT
// Elements. What was recorded is shown as text only (textContent, append): nothing here makes markup of it.

/** @typedef {[tag: string, attributes: Record<string, string | number>, ...children: (string | Drawing)[]]} Drawing */

/**
 * The element of the page that has this id.
 *
 * @type {(id: string) => HTMLElement}
 */
const part = (id) => {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no ${id}`)
  return element
}

/**
 * An element with these properties, and these in it; text stays text.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {(string | Node)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties)
  element.append(...children)
  return element
}

/** @type {'http://www.w3.org/2000/svg'} */
const SVG = 'http://www.w3.org/2000/svg'

/**
 * An element of SVG from the tree that drawing.ts makes.
 *
 * @type {(drawing: Drawing) => SVGElement}
 */
const drawn = ([tag, attributes, ...children]) => {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children.map((child) => (typeof child === 'string' ? child : drawn(child))))
  return element
}

/**
 * An endpoint that may be broken before its port.
 *
 * @type {(text: string) => (string | Node)[]}
 */
const breakable = (text) => {
  const colon = text.lastIndexOf(':')
  return [text.slice(0, colon), make('wbr'), text.slice(colon)]
}

/**
 * A button that is pressed, or not, until it is pressed again.
 *
 * @type {(button: Element, is: boolean) => void}
 */
const setPressed = (button, is) => button.setAttribute('aria-pressed', String(is))
