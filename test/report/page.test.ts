// SPDX-License-Identifier: MIT
/// <reference lib="dom" />
// The page in Debian's Chromium, as somebody opens it who was sent it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { assetsOf } from '../../src/report/assets.ts'
import type { Told } from '../../src/report/entry.ts'
import { page, type Source } from '../../src/report/page.ts'
import { lackOf } from '../lab/vm/hostPackages.ts'
import { at, owner, reset, start, stop, task } from '../samples.ts'
import { observationsOf, toldOf } from './told.ts'

const missing = await lackOf({ chromium: 'chromium' })

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const NAMES = [
  'unread-data-on-close',
  'forged',
  'no-listener',
  'ignored-challenge-ack',
  'socket-killed',
  'peer-aborted',
]

const assets = assetsOf((file) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))
const source = (over: Partial<Source> = {}): Source => ({
  file: 'resets.jsonl',
  start: start(),
  totals: '6 resets; nothing lost',
  warnings: [],
  ...over,
})

test('nothing that is recorded ends the data, and the policy lets this style and script run alone', async () => {
  const told = await toldOf([start(), reset({ task: task({ comm: '</script><b>' }) }), stop()])
  const html = page([source({ file: '<i>&.jsonl' })], told, assets)
  expect(html.match(/<script[ >]/g)).toHaveLength(2)
  expect(html).toContain('&lt;i&gt;&amp;.jsonl')
  expect(html).toMatch(
    /content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;; script-src &#39;sha256-[\w+/=]+&#39;; img-src data:; base-uri &#39;none&#39;; form-action &#39;none&#39;"/,
  )
})

test('without a reset it says so, and has no script', () => {
  const html = page([source()], [], assets)
  expect(html).toContain('No reset is in it.')
  expect(html).not.toContain('<script')
})

const rows = (tab: Page) => tab.locator('.list tr.row')

const causes = (tab: Page) => tab.locator('.list td.cause').allTextContents()

describe.skipIf(missing !== undefined)(`in Chromium${missing === undefined ? '' : `: ${missing}`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'trace-reset-report-'))
  let browser: Browser
  let told: Told[]
  beforeAll(async () => {
    told = (await Promise.all(NAMES.map((name) => toldOf(observationsOf(`6.12/${name}`))))).flat()
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGUMENTS })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    rmSync(directory, { recursive: true })
  })

  /** Opens a page of these, sees what it asks for and complains of, and closes it after `use`. */
  const opened = async (
    given: readonly Told[],
    use: (page: Page) => Promise<void>,
    { hash = '', ...options }: BrowserContextOptions & { hash?: string } = {},
  ) => {
    const file = join(directory, 'page.html')
    writeFileSync(file, page([source()], given, assets))
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const tab = await context.newPage()
    const requests: string[] = []
    const complaints: string[] = []
    tab.on('request', (request) => requests.push(request.url()))
    tab.on('console', (message) => complaints.push(message.text()))
    tab.on('pageerror', (error) => complaints.push(error.message))
    tab.on('dialog', (dialog) => {
      complaints.push(dialog.message())
      void dialog.dismiss()
    })
    await tab.goto(`${pathToFileURL(file).href}${hash}`)
    await use(tab)
    expect({ requests: requests.length, complaints }).toEqual({ requests: 1, complaints: [] })
    await context.close()
  }

  test('lists each reset, and opens one with its sequence, evidence and advice', () =>
    opened(told, async (tab) => {
      expect(await rows(tab).count()).toBe(told.length)
      expect(await tab.locator('.detail').count()).toBe(0)
      await tab
        .getByRole('button', { name: /^\d\d.*\d$/ })
        .first()
        .click()
      const detail = tab.locator('.detail')
      expect(await detail.locator('.sequence .reset').count()).toBe(1)
      expect(await detail.locator('.evidence li').count()).toBeGreaterThan(0)
      expect(await detail.locator('.next li').count()).toBeGreaterThan(0)
      expect(tab.url()).toMatch(/#reset-1$/)
    }))

  test('a link to one reset opens it', () =>
    opened(told, async (tab) => expect(await tab.locator('#reset-2.open + .detail').count()).toBe(1), {
      hash: '#reset-2',
    }))

  test('filters by words, by cause, by outcome and by time, and shows all again', () =>
    opened(told, async (tab) => {
      await tab.getByLabel('Filter').fill('python3 ESTABLISHED 8101')
      expect(await causes(tab)).toEqual(['unread-data-on-close'])
      await tab.keyboard.press('Escape')
      await tab.getByRole('button', { name: 'forged' }).click()
      expect(new Set(await causes(tab))).toEqual(new Set(['forged']))
      await tab.getByRole('button', { name: 'Show all' }).click()
      await tab.getByRole('button', { name: 'sent', exact: true }).click()
      expect(await causes(tab)).not.toContain('no-listener')
      await tab.getByRole('button', { name: 'Show all' }).click()
      await tab.locator('.timeline .bar').first().click()
      expect(await rows(tab).count()).toBeLessThan(told.length)
      await tab.keyboard.press('Escape')
      expect(await rows(tab).count()).toBe(told.length)
    }))

  test('sorts by a column, both ways', () =>
    opened(told, async (tab) => {
      const head = tab.locator('.list th', { hasText: 'Cause' })
      await head.getByRole('button').click()
      const up = await causes(tab)
      expect(up).toEqual(up.toSorted())
      expect(await head.getAttribute('aria-sort')).toBe('ascending')
      await head.getByRole('button').click()
      expect(await causes(tab)).toEqual(up.toReversed())
    }))

  test('works by keyboard alone', () =>
    opened(told, async (tab) => {
      await tab.keyboard.press('/')
      await tab.keyboard.type('forged')
      await tab.keyboard.press('ArrowDown')
      await tab.keyboard.press('Enter')
      expect(await tab.locator('.detail .why').count()).toBe(1)
      await tab.keyboard.press('Enter')
      expect(await tab.locator('.detail').count()).toBe(0)
      await tab.keyboard.press('Escape')
      await tab.keyboard.press('j')
      expect(await tab.locator('.list tr.row button:focus').count()).toBe(1)
    }))

  test('a hostile name is inert text', async () => {
    const comm = '<img src=x>'
    const hostile = await toldOf([
      start({ host: '"><script>alert(1)</script>' }),
      owner({ task: task({ comm }) }),
      reset({ task: task({ comm: '</script><i>' }), socket: { sk: 'ffff8001', state: 'ESTABLISHED' } }),
      stop(),
    ])
    await opened(hostile, async (tab) => {
      expect(await tab.locator('.detail').textContent()).toContain(`${comm}[812]`)
      expect(await tab.locator('img, i').count()).toBe(0)
    })
  })

  test.each(['light', 'dark'] as const)('axe finds nothing serious: %s, all open', (colorScheme) =>
    opened(
      told,
      async (tab) => {
        await tab.getByRole('button', { name: 'Open shown' }).click()
        // Not as a script of the page, which its policy would not let run.
        await tab.evaluate(axe.source)
        const { violations } = Axe.parse(await tab.evaluate('axe.run()'))
        expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
      },
      { colorScheme },
    ),
  )

  test.each([1280, 700, 390])('nothing is wider than a screen of %d', (width) =>
    opened(
      told,
      async (tab) => {
        await tab.getByRole('button', { name: 'Open shown' }).click()
        expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
        const cells = tab.locator('.list tr.row:first-child td:visible')
        for (const cell of await cells.all()) expect((await cell.boundingBox())?.width).toBeGreaterThan(60)
      },
      { viewport: { width, height: 800 } },
    ),
  )

  test('in print there are no controls, and what is open is there', () =>
    opened(told, async (tab) => {
      await tab.getByRole('button', { name: 'Open shown' }).click()
      await tab.emulateMedia({ media: 'print' })
      expect(await tab.locator('#tools').isVisible()).toBe(false)
      expect(await tab.locator('.detail').last().isVisible()).toBe(true)
      expect((await tab.pdf()).subarray(0, 4).toString()).toBe('%PDF')
    }))

  // By the time that the page's thread has a CPU. Twice the two seconds: beside a whole suite a CPU does less in a second.
  test('5,000 resets open in two seconds', async () => {
    const many = Array.from({ length: 5000 }, (_, n) => told[n % told.length])
      .filter((one) => one !== undefined)
      .map((one, n) => ({ ...one, verdict: { ...one.verdict, at: at(n * 700) } }))
    const file = join(directory, 'many.html')
    writeFileSync(file, page([source()], many, assets))
    const tab = await browser.newPage()
    const session = await tab.context().newCDPSession(tab)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await tab.goto(pathToFileURL(file).href)
    await tab.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
    const { metrics } = await session.send('Performance.getMetrics')
    expect(metrics.find(({ name }) => name === 'TaskDuration')?.value).toBeLessThan(4)
    await expect.poll(() => rows(tab).count(), { timeout: 60_000 }).toBe(5000)
  }, 120_000)
})

const Axe = z.looseObject({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
})
