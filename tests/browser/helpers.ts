import { expect, type APIRequestContext, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import { inWorld } from './world';

/** Every test fails on what nobody on the page is told: an error of a script, a failure of the service, a tile that does not exist. */
export const test = inWorld.extend<{ quiet: void }>({
  quiet: [
    async ({ browser, context }, use) => {
      wrong.length = 0;
      watch(context);
      await use();
      // Pages that are left open paint and listen beside all tests that follow.
      await Promise.all(browser.contexts().map((c) => (c === context ? null : c.close())));
      expect(wrong).toEqual([]);
    },
    { auto: true },
  ],
});

const wrong: string[] = [];

function watch(context: BrowserContext) {
  if (process.env.SLOW) slow(context, process.env.SLOW);
  context.on('weberror', (e) => wrong.push(e.error().stack || String(e.error())));
  context.on('response', (r) => {
    const amiss = r.status() >= 500 || (r.status() >= 400 && r.url().includes('/tiles/'));
    if (amiss) wrong.push(`${r.status()} ${r.url()}`);
  });
}

/**
 * A slow phone: its store and its answers come up to so many milliseconds late, each by chance, and its processor does a
 * part of the work. `SLOW=500,700,2` finds what holds only on a fast machine.
 */
function slow(context: BrowserContext, how: string) {
  const [store = 0, answers = 0, slower = 1] = how.split(',').map(Number);
  context.on('page', (page) => {
    const rate = { rate: slower };
    void context.newCDPSession(page).then((to) => to.send('Emulation.setCPUThrottlingRate', rate), () => {}); // already closed
  });
  void context.addInitScript(
    ({ store, answers }) => {
      const listen = IDBRequest.prototype.addEventListener as EventTarget['addEventListener'];
      IDBRequest.prototype.addEventListener = function (this: IDBRequest, type: string, heard: EventListener, more?: object) {
        const late = (e: Event) => void setTimeout(() => heard.call(this, e), Math.random() * store);
        listen.call(this, type, type === 'success' ? late : heard, more);
      } as typeof listen;
      const real = window.fetch.bind(window);
      window.fetch = async (...question) => {
        const answer = await real(...question);
        await new Promise((later) => setTimeout(later, Math.random() * answers));
        return answer;
      };
    },
    { store, answers },
  );
}

/** A page in a browser of its own, for one more who looks or acts. */
export async function another(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Oslo', ...options });
  watch(context);
  return context.newPage();
}

export const PHOTO = join(import.meta.dirname, '../../fixtures/photos/mixed.jpg');

/** A photo of more than a megabyte, of noise that nothing can pack smaller: a PNG (W3C, third edition). */
export function largePhoto() {
  const [width, height] = [1200, 900];
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = randomBytes(height * (1 + width * 3));
  for (let y = 0; y < height; y++) rows[y * (1 + width * 3)] = 0;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const buffer = Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
  return { name: 'noise.png', mimeType: 'image/png', buffer };
}

/** A photo that says where it was taken: Exif 2.3, 4.6.6, in the APP1 segment of a JPEG. Degrees in millionths. */
export function photoTakenAt(lat: number, lon: number) {
  const entry = (tag: number, type: number, count: number, value: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(tag);
    head.writeUInt16LE(type, 2);
    head.writeUInt32LE(count, 4);
    return Buffer.concat([head, value]);
  };
  const number = (n: number) => (({ b }) => (b.writeUInt32LE(n), b))({ b: Buffer.alloc(4) });
  const count = (n: number) => number(n).subarray(0, 2);
  const degrees = (d: number) => Buffer.concat([Math.round(d * 1e6), 1e6, 0, 1, 0, 1].map(number));
  const text = (t: string) => Buffer.from(`${t}\0\0\0`);
  const ifd = Buffer.concat([count(1), entry(0x8825, 4, 1, number(26)), number(0)]); // at 8, the GPS part at 26
  const values = 26 + 2 + 4 * 12 + 4;
  const gps = Buffer.concat([
    count(4),
    entry(1, 2, 2, text('N')),
    entry(2, 5, 3, number(values)),
    entry(3, 2, 2, text('E')),
    entry(4, 5, 3, number(values + 24)),
    number(0),
    degrees(lat),
    degrees(lon),
  ]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0II*\0'), number(8), ifd, gps]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(exif.length + 2);
  const photo = readFileSync(PHOTO);
  const buffer = Buffer.concat([photo.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, photo.subarray(2)]);
  return { name: 'taken.jpg', mimeType: 'image/jpeg', buffer };
}

export interface Place {
  lon: number;
  lat: number;
}

/** Reports a hotspot through the API, as somebody else. */
export async function reportBySomebody(request: APIRequestContext, at: Place, more: object = {}): Promise<string> {
  expect((await request.post('/api/v1/session')).ok()).toBe(true);
  const id = randomUUID();
  const data = { id, ...at, amount: 'bag', photos: [randomUUID()], ...more };
  const answer = await request.post('/api/v1/hotspots', { data });
  expect(answer.status(), await answer.text()).toBe(201);
  return id;
}

/** A place on the shore close to one, as the service has it, so that tests do not depend on the coast's details. */
export async function onShore(request: APIRequestContext, near: Place): Promise<Place> {
  const found = await request.get('/api/v1/segments/nearest', { params: { ...near } });
  const [segment] = (await found.json()) as Place[];
  if (!segment) throw new Error('no shore');
  return { lon: segment.lon, lat: segment.lat };
}

/** What lies within a few metres of a place, as the service has it. */
export async function lyingAt<T extends object>(request: APIRequestContext, layer: 'hotspots' | 'piles', { lon, lat }: Place): Promise<T[]> {
  const bbox = [lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4].join();
  const found = (await (await request.get(`/api/v1/${layer}`, { params: { bbox } })).json()) as { features: { properties: T }[] };
  return found.features.map((f) => f.properties);
}

/** Opens an address and waits until the map is there. */
export async function open(page: Page, path: string) {
  await page.goto(path);
  await expect(page.getByText('Loading the coast')).toHaveCount(0);
  await expect(page.locator('.leaflet-container')).toBeVisible();
}

/** Something waits here until it is opened. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** A phone that is busy with something else: what lies on it can neither be read nor written until it is let go. */
export async function busyStore(page: Page, origin: string) {
  const other = await page.context().newPage();
  await other.goto(`${origin}/api/v1/coast`); // of the same origin, without the app
  await page.bringToFront();
  const hold = () =>
    other.evaluate(
      () =>
        new Promise<void>((held) => {
          const opening = indexedDB.open('strandline');
          opening.onsuccess = () => {
            const items = opening.result.transaction('items', 'readwrite').objectStore('items');
            const again = () => {
              held();
              if (!('free' in window)) items.count().onsuccess = again;
            };
            items.count().onsuccess = again;
          };
        }),
    );
  return { hold, letGo: () => other.evaluate(() => void Object.assign(window, { free: true })) };
}

/** Goes somewhere inside the app, as a link does. */
export const follow = (page: Page, path: string) =>
  page.evaluate((path) => {
    const link = document.createElement('a');
    link.href = path;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);

/** Chooses a role, as the demonstration allows. */
export async function play(page: Page, role: string) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByLabel('Who are you here?').selectOption(role);
  await expect(page.getByText('Arendal', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page.getByLabel('Who are you here?')).toHaveCount(0); // the way back has been gone
}

/** Waits until the app is on the phone, so that it opens without signal. */
export async function installed(page: Page) {
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

export const saved = (page: Page) => expect(page.getByText('Saved on your phone.')).toBeVisible({ timeout: 15_000 });

/** A browser of its own for each of those who act. */
export async function somebody(browser: Browser, baseURL: string | undefined, role?: string): Promise<Page> {
  const page = await another(browser, { baseURL: baseURL ?? '' });
  if (role) {
    await open(page, '/');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByLabel('Who are you here?').selectOption(role);
    await expect(page.getByText(role === 'hauler' ? 'Agder Renovasjon' : 'Arendal', { exact: true })).toBeVisible();
  }
  return page;
}

/** Reports litter through the form. Returns the address of the report. */
export async function reportBy(page: Page, place: Place, amount: string): Promise<string> {
  await open(page, `/report/${at(place)}`);
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.locator('aside').getByText(amount).click();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await page.getByRole('button', { name: 'See the report' }).click();
  await expect(page).toHaveURL(/hotspots/);
  return new URL(page.url()).pathname;
}

export const at = ({ lat, lon }: Place) => `${lat.toFixed(5)},${lon.toFixed(5)}`;

/** Draws a square around the middle of the map, so many pixels from it on each side; the last corner again ends it. */
export async function drawSquare(page: Page, reach: number) {
  await expect(page.locator('.leaflet-container')).toHaveCSS('cursor', 'crosshair');
  const box = (await page.locator('.leaflet-container').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  for (const [dx, dy] of [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, 1]] as const) {
    await page.mouse.move(x + dx * reach, y + dy * reach, { steps: 3 });
    await page.mouse.click(x + dx * reach, y + dy * reach);
  }
}
