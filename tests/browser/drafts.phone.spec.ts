import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { PHOTO, type Place, at, busyStore, follow, installed, lyingAt, onShore, open, reportBySomebody, saved, test } from './helpers';
import { Wire } from './wire';

const HERE = 'What you began is here.';

/** Goes to what waits and changes the one thing there. */
async function change(page: Page) {
  await page.getByRole('button', { name: 'See what waits' }).click();
  await page.getByRole('button', { name: 'Change' }).click();
  await expect(page.getByText(HERE)).toBeVisible();
}

/** How many photos lie on the phone with what was begun. */
const photosKept = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((done) => {
        const opening = indexedDB.open('strandline');
        opening.onsuccess = () => {
          const all = opening.result.transaction('items').objectStore('items').getAll();
          all.onsuccess = () => done((all.result as { photos: object[] }[]).reduce((sum, i) => sum + i.photos.length, 0));
        };
      }),
  );

/** Bags that are told of at a place while the wire is cut. Returns the address of their form. */
async function leaveBags(page: Page, wire: Wire, place: Place, full = 1) {
  const form = `/bags/${at(place)}`;
  await open(page, `${wire.url}${form}`);
  await installed(page);
  wire.cut();
  for (let n = 1; n < full; n++) await page.getByRole('button', { name: 'One more: Full bags' }).click();
  await page.getByRole('button', { name: 'Tell about the bags' }).click();
  await saved(page);
  return form;
}

async function allSent(page: Page, wire: Wire) {
  wire.mode = 'on';
  await page.goto(`${wire.url}/waiting`);
  await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible({ timeout: 20_000 });
}

test.describe('every form can be left, and changed while it waits', () => {
  let wire: Wire;
  test.beforeEach(async ({ baseURL }) => void (wire = await Wire.to(baseURL ?? '')));
  test.afterEach(() => wire.close());

  test('a plan, with the weeks it is repeated', async ({ page, request }) => {
    const place = await onShore(request, { lon: 8.865, lat: 58.436 });
    const name = `Tidy up ${randomUUID().slice(0, 8)}`;
    await open(page, `${wire.url}/plan/${place.lat},${place.lon}#15/${place.lat}/${place.lon}`);
    await installed(page);
    await expect(page.getByText(/^Chosen: [1-9]/)).toBeVisible();
    await page.getByLabel('Name others see (optional)').fill('The scouts');
    wire.cut();
    await page.getByText('More: name, meeting point, what to bring').click();
    await page.getByLabel('Name of the cleanup').fill(name);
    await page.getByLabel('Repeat so many times').fill('2');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    await saved(page);
    await change(page);
    await expect(page.getByLabel('Name others see (optional)')).toHaveValue('The scouts');
    await page.getByText('More: name, meeting point, what to bring').click();
    await expect(page.getByLabel('Name of the cleanup')).toHaveValue(name);
    await page.getByLabel('Repeat so many times').fill('1');
    await page.getByLabel('Hours').fill('2');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    await saved(page);
    await allSent(page, wire);
    type Found = { features: { properties: { id: string; title: string; from: string; until: string } }[] };
    const all = ((await (await request.get('/api/v1/cleanups')).json()) as Found).features.map((f) => f.properties);
    const mine = all.filter((c) => c.title === name).sort((a, b) => a.from.localeCompare(b.from));
    expect(mine.map((c) => (Date.parse(c.until) - Date.parse(c.from)) / 3_600_000)).toEqual([2, 2]);
    // When it was entered is known as well as when it came.
    const lines = (await (await request.get(`/api/v1/cleanups/${mine[0]?.id}/history`)).json()) as { at: string; entered_at: string | null }[];
    expect(Date.parse(lines[0]?.entered_at ?? '')).toBeLessThan(Date.parse(lines[0]?.at ?? ''));
  });

  test('bags, with their photo, after the app was killed', async ({ page, request }) => {
    const place = await onShore(request, { lon: 8.875, lat: 58.439 });
    const form = `${wire.url}/bags/${place.lat},${place.lon}`;
    await open(page, form);
    await installed(page);
    await page.getByRole('button', { name: 'One more: Full bags' }).click();
    await page.getByLabel('Take a photo').setInputFiles(PHOTO);
    await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
    await expect.poll(() => photosKept(page)).toBe(1);
    await page.goto('about:blank');
    wire.cut();
    await page.goto(form);
    await expect(page.getByText(HERE)).toBeVisible();
    await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
    await page.getByRole('button', { name: 'Tell about the bags' }).click();
    await saved(page);
    await change(page);
    await page.getByRole('button', { name: 'One more: Full bags' }).click();
    await page.getByRole('button', { name: 'Tell about the bags' }).click();
    await saved(page);
    await allSent(page, wire);
    const piles = await lyingAt<{ parts: { bags: { full: number } }[]; photos: object[] }>(request, 'piles', place);
    expect(piles.map((p) => [p.parts[0]?.bags.full, p.photos.length])).toEqual([[3, 1]]);
  });

  test('bags that wait are sent although the app was killed while they were changed, and are not put at another beach', async ({ page, request }) => {
    const [place, other] = [await onShore(request, { lon: 8.872, lat: 58.4385 }), await onShore(request, { lon: 8.8935, lat: 58.4465 })];
    await leaveBags(page, wire, place, 2);
    await change(page);
    await page.goto('about:blank'); // killed
    await page.goto(`${wire.url}/bags/${at(other)}`);
    await expect(page.getByRole('button', { name: 'Tell about the bags' })).toBeVisible();
    await expect(page.getByText(HERE)).toHaveCount(0);
    await expect(page.getByRole('spinbutton', { name: 'Full bags' })).toHaveValue('1');
    await allSent(page, wire);
    expect(await lyingAt(request, 'piles', place)).toHaveLength(1);
  });

  test('what came of a cleanup', async ({ page, request }) => {
    const place = await onShore(request, { lon: 8.885, lat: 58.441 });
    await open(page, `${wire.url}/`);
    await installed(page);
    await page.request.post(`${wire.url}/api/v1/session`);
    const id = randomUUID();
    const [from, until] = [-3, -1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    const data = { id, ...place, organiser_kind: 'person', open: true, from, until };
    expect((await page.request.post(`${wire.url}/api/v1/cleanups`, { data })).status()).toBe(201);
    await page.goto(`${wire.url}/results/${id}`);
    await page.getByRole('button', { name: 'One more: Full bags' }).click();
    wire.cut();
    await page.getByRole('button', { name: 'Send the result' }).click();
    await saved(page);
    await change(page);
    await page.getByRole('button', { name: 'One more: Half bags' }).click();
    // A photo of before that is taken out again is gone, and none of afterwards.
    await page.getByText('More: kilograms, metres, hours, photos').click();
    const strips = page.locator('aside input[type=file]');
    await strips.nth(1).setInputFiles(PHOTO);
    await expect(page.locator('aside .picture')).toHaveCount(1);
    await page.locator('aside .picture button').click();
    await expect(page.locator('aside .picture')).toHaveCount(0);
    await page.getByRole('button', { name: 'Send the result' }).click();
    await saved(page);
    await allSent(page, wire);
    const told = (await (await request.get(`/api/v1/cleanups/${id}`)).json()) as { cleanup: { outcome: { bags: object }; photos: object[] } };
    expect(told.cleanup.outcome.bags).toMatchObject({ full: 1, half: 1 });
    expect(told.cleanup.photos).toEqual([]);
  });

  test('a claim', async ({ page, request }) => {
    const id = await reportBySomebody(request, await onShore(request, { lon: 8.94, lat: 58.464 }));
    await open(page, `${wire.url}/hotspots/${id}`);
    await installed(page);
    await page.getByRole('button', { name: 'I will clear it' }).click();
    await page.getByLabel('Name others see (optional)').fill('Ola');
    wire.cut();
    await page.getByRole('button', { name: 'Claim it' }).click();
    await saved(page);
    await change(page);
    await expect(page.getByLabel('Name others see (optional)')).toHaveValue('Ola');
    await page.getByLabel('Name others see (optional)').fill('Kari');
    await page.getByRole('button', { name: 'Claim it' }).click();
    await saved(page);
    await allSent(page, wire);
    const shown = (await (await request.get(`/api/v1/hotspots/${id}`)).json()) as { hotspot: { claim: object } };
    expect(shown.hotspot.claim).toMatchObject({ holder_name: 'Kari' });
  });

  test('a report that is sent before it is here again is one, with what was entered meanwhile', async ({ page, request }) => {
    const place = await onShore(request, { lon: 9.035, lat: 58.54 });
    await open(page, `${wire.url}/report/${at(place)}`);
    await installed(page);
    const store = await busyStore(page, wire.url);
    wire.cut();
    await page.getByLabel('Take a photo').setInputFiles(PHOTO);
    await page.locator('aside').getByText('A bag', { exact: true }).click();
    await page.getByRole('button', { name: 'Send the report' }).click();
    await saved(page);
    await change(page);
    const item = page.url();
    await page.goto('about:blank');
    await store.hold();
    await page.goto(item);
    await page.locator('aside').getByText('A handful').click();
    await page.getByRole('button', { name: 'Send the report' }).click();
    await store.letGo();
    await saved(page);
    await allSent(page, wire);
    const found = await lyingAt<{ amount: string; photos: object[] }>(request, 'hotspots', place);
    expect(found.map((f) => [f.amount, f.photos.length])).toEqual([['handful', 1]]);
  });

  test('what is withdrawn while the phone is about to send it is not sent', async ({ page, request }) => {
    const place = await onShore(request, { lon: 9.038, lat: 58.543 });
    const store = await busyStore(page, wire.url);
    await leaveBags(page, wire, place);
    await page.getByRole('button', { name: 'See what waits' }).click();
    await store.hold();
    wire.mode = 'on';
    await page.getByRole('button', { name: 'Send now' }).click();
    await page.getByRole('button', { name: 'Do not send' }).click();
    await store.letGo();
    await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
    expect([await lyingAt(request, 'piles', place), wire.writes.filter((w) => w.path === '/api/v1/piles')]).toEqual([[], []]);
  });

  test('what was saved without signal is shown when it is sent', async ({ page, request }) => {
    const place = await onShore(request, { lon: 9.041, lat: 58.546 });
    await leaveBags(page, wire, place);
    wire.mode = 'on';
    await expect(page).toHaveURL(/\/piles\//, { timeout: 30_000 });
    await expect(page.getByRole('heading', { name: 'Bags waiting' })).toBeVisible();
  });

  test('what was saved and left is sent without taking one out of the next form at the same place', async ({ page, request }) => {
    const place = await onShore(request, { lon: 9.044, lat: 58.549 });
    const form = await leaveBags(page, wire, place);
    await follow(page, '/list');
    await follow(page, form);
    await page.getByRole('button', { name: 'One more: Full bags' }).click();
    wire.mode = 'on';
    await expect(page.getByRole('button', { name: 'waits to be sent' })).toHaveCount(0, { timeout: 30_000 });
    await expect(page.getByRole('spinbutton', { name: 'Full bags' })).toHaveValue('2');
    expect(new URL(page.url()).pathname).toBe(form);
  });

  test('what was saved and is withdrawn in another tab is not said to be sent', async ({ page, context, request }) => {
    const place = await onShore(request, { lon: 9.047, lat: 58.552 });
    const form = await leaveBags(page, wire, place, 2);
    const other = await context.newPage();
    await other.goto(`${wire.url}/waiting`);
    await other.getByRole('button', { name: 'Do not send' }).click();
    await expect(other.getByText('Nothing waits. Everything is sent.')).toBeVisible();
    await other.close();
    await expect(page.getByRole('spinbutton', { name: 'Full bags' })).toHaveValue('1');
    expect(new URL(page.url()).pathname).toBe(form);
  });
});
