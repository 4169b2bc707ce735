import { expect, request as requests, type BrowserContext, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rulesAt } from '../../web/src/kept/rules';
import { PHOTO, installed, largePhoto, lyingAt, onShore, open, type Place, reportBySomebody, saved, test } from './helpers';
import { Wire } from './wire';

/** Sends what waits, if it has not gone by itself in this moment. */
const sendNow = (page: Page) => page.getByRole('button', { name: 'Send now' }).click({ timeout: 2_000 }).catch(() => {});

async function fillIn(page: Page, place: Place, photo: Parameters<ReturnType<Page['getByLabel']>['setInputFiles']>[0] = PHOTO) {
  await page.goto(`${new URL(page.url()).origin}/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByLabel('Take a photo').setInputFiles(photo);
  await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
  await page.getByText('Several bags', { exact: true }).click();
}

const send = (page: Page) => page.getByRole('button', { name: 'Send the report' }).click();

/** A report that is filled in and sent while the wire is cut. */
async function leaveWaiting(page: Page, wire: Wire, place: Place) {
  await open(page, `${wire.url}/`);
  await installed(page);
  wire.cut();
  await fillIn(page, place);
  await send(page);
  await saved(page);
}

interface Found {
  id: string;
  photos: { size: object | null }[];
  reported_at: string;
  seen_at: string;
}

const reportsAt = (context: BrowserContext, place: Place) => lyingAt<Found>(context.request, 'hotspots', place);

/** One report with its one photo, whole. */
async function oneWhole(context: BrowserContext, place: Place) {
  const whole = async () => (await reportsAt(context, place)).map((r) => r.photos.map((p) => p.size !== null));
  await expect.poll(whole, { timeout: 30_000 }).toEqual([[true]]);
}

test.describe('without signal', () => {
  let wire: Wire;
  test.beforeEach(async ({ baseURL }) => void (wire = await Wire.to(baseURL ?? '')));
  test.afterEach(() => wire.close());

  test('the app opens, tells what one may do, takes a report, and sends it by itself later', async ({ page, context, baseURL }) => {
    const place = await onShore(page.request, { lon: 8.742, lat: 58.401 });
    await context.request.post(`${wire.url}/api/v1/session`);
    await open(page, `${wire.url}/kept#13/${place.lat}/${place.lon}`);
    await installed(page);
    await page.getByRole('button', { name: 'Keep what the map shows' }).click();
    await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 20_000 });

    wire.cut();
    await page.goto(`${wire.url}/place/${place.lat.toFixed(5)},${place.lon.toFixed(5)}?on=2027-06-01#14/${place.lat}/${place.lon}`);
    await expect(page.getByText('From your phone, as of')).toBeVisible();
    await expect(page.locator('aside .words li').first()).not.toBeEmpty();
    await expect(page.locator('.leaflet-tile-loaded').first()).toBeVisible();
    await fillIn(page, place);
    await send(page);
    await saved(page);
    expect(await reportsAt(context, place)).toEqual([]);
    // The session ends meanwhile; the phone still has its cookie.
    const elsewhere = await requests.newContext({ baseURL: baseURL ?? '', storageState: await context.storageState() });
    expect((await elsewhere.delete('/api/v1/session')).status()).toBe(204);
    await page.goto(`${wire.url}/waiting#16/${place.lat}/${place.lon}`);
    await expect(page.getByText('Waits for signal.')).toBeVisible();
    await expect(page.locator('aside img')).toBeVisible();
    await expect(page.locator('.leaflet-marker-icon[title="Report litter, Waits for signal."]')).toBeVisible();

    // The next try by itself is seconds away then.
    const inVain = page.waitForEvent('requestfailed', (r) => r.method() === 'POST');
    await page.getByRole('button', { name: 'Send now' }).click();
    await inVain;
    wire.mode = 'on';
    await sendNow(page);
    await oneWhole(context, place);
    await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
    expect(wire.writes.map((w) => w.path).slice(0, 4)).toEqual(['/api/v1/session', '/api/v1/hotspots', '/api/v1/session', '/api/v1/hotspots']);
  });

  test('a part of the app that is not on the phone yet says so, and comes with the signal', async ({ page }) => {
    await page.addInitScript(() => delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker); // not installed
    await open(page, `${wire.url}/`);
    await page.waitForLoadState('networkidle');
    wire.cut();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await expect(page.getByText('This part of the app is not on your phone yet.')).toBeVisible();
    // Tried in vain: it is looked at when that has failed.
    const failed = page.waitForEvent('requestfailed', (r) => r.url().includes('/assets/'));
    await page.getByRole('button', { name: 'Try again' }).click();
    await failed;
    await expect(page.getByText('This part of the app is not on your phone yet.')).toBeVisible();
    wire.mode = 'on';
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('Without signal')).toBeVisible();
  });

  test('a kept area has the cleanups, bags and equipment points that lie in it, and what is over goes with the signal', async ({ page, request }) => {
    type Points = { features: { properties: { name: string; lat: number; lon: number } }[] };
    const points = (await (await request.get('/api/v1/equipment')).json()) as Points;
    const point = points.features[0]?.properties;
    const there = `#16/${point?.lat}/${point?.lon}`;
    expect((await request.post('/api/v1/session')).ok()).toBe(true);
    const cleanup = { id: randomUUID(), title: 'Is called off', lat: (point?.lat ?? 0) + 0.0015, lon: point?.lon, organiser_kind: 'person', open: true };
    const [from, until] = [30, 32].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
    expect((await request.post('/api/v1/cleanups', { data: { ...cleanup, from, until } })).status()).toBe(201);
    await open(page, `${wire.url}/kept${there}`);
    await installed(page);
    await page.getByRole('button', { name: 'Keep what the map shows' }).click();
    await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 20_000 });
    const calledOff = await request.post(`/api/v1/cleanups/${cleanup.id}/cancellations`, { data: { why: 'Storm' } });
    expect(calledOff.status(), await calledOff.text()).toBe(200);
    // What was looked at last lies elsewhere.
    await page.goto(`${wire.url}/#16/${(point?.lat ?? 0) - 0.1}/${point?.lon}`);
    const elsewhere = page.waitForResponse((r) => r.url().includes('/api/v1/sites'));
    await page.reload();
    await elsewhere;
    await page.waitForLoadState('networkidle');
    wire.cut();
    await page.goto('about:blank');
    await page.goto(`${wire.url}/${there}`); // as from the home screen
    await expect(page.locator(`.leaflet-marker-icon[title*="${point?.name}"]`)).toBeVisible();
    await expect(page.locator('.leaflet-marker-icon[title*="Is called off"]')).toBeVisible();
    wire.mode = 'on';
    await expect(page.locator('.leaflet-marker-icon[title*="Is called off"]')).toHaveCount(0, { timeout: 20_000 });
    await expect(page.locator(`.leaflet-marker-icon[title*="${point?.name}"]`)).toBeVisible();
  });

  test('the browser offers to install the app', async ({ page, context }) => {
    await open(page, `${wire.url}/`);
    await installed(page);
    const session = await context.newCDPSession(page);
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
    expect(installabilityErrors.filter((e) => e.errorId !== 'in-incognito')).toEqual([]);
  });

  test('what waits can be changed and withdrawn before it is sent', async ({ page, context }) => {
    const [kept, gone] = [
      await onShore(page.request, { lon: 8.752, lat: 58.405 }),
      await onShore(page.request, { lon: 8.765, lat: 58.409 }),
    ];
    await open(page, `${wire.url}/`);
    await installed(page);
    wire.cut();
    for (const place of [kept, gone]) {
      await fillIn(page, place);
      await send(page);
      await saved(page);
    }
    await page.getByRole('button', { name: 'See what waits' }).click();
    const waiting = page.getByRole('listitem').filter({ hasText: 'Report litter' });
    await waiting.last().getByRole('button', { name: 'Do not send' }).click();
    await expect(waiting).toHaveCount(1);
    await page.getByRole('button', { name: 'Change' }).click();
    await expect(page.getByText('What you began is here.')).toBeVisible();
    await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
    await page.getByText('A handful').click();
    await send(page);
    await saved(page);
    wire.mode = 'on';
    await oneWhole(context, kept);
    expect((await reportsAt(context, kept))[0]).toMatchObject({ amount: 'handful' });
    expect(await reportsAt(context, gone)).toEqual([]);
  });

  test('answers lost after the service had done it make one report and one photo', async ({ page, context, baseURL }) => {
    const place = await onShore(page.request, { lon: 8.775, lat: 58.413 });
    await open(page, `${wire.url}/`);
    // Each answer is lost the first times: that of the session, the report, and the last part of its photo.
    test.slow(); // the phone waits longer after each failure
    const left: Record<string, number> = { '/api/v1/session': 1, '/api/v1/hotspots': 2, PATCH: 1 };
    wire.loses = ({ method, path }) => {
      const key = method === 'PATCH' ? method : path;
      return (left[key] = (left[key] ?? 0) - 1) >= 0;
    };
    await fillIn(page, place);
    await send(page);
    await expect.poll(() => Object.values(left).every((n) => n <= 0), { timeout: 60_000 }).toBe(true);
    await oneWhole(context, place);
    expect(wire.writes.filter((w) => w.path === '/api/v1/hotspots').length).toBeGreaterThanOrEqual(3);
    const { id } = (await reportsAt(context, place))[0] as Found;
    const history = (await (await context.request.get(`${baseURL}/api/v1/hotspots/${id}/history`)).json()) as { act: string }[];
    expect(history.map((l) => l.act)).toEqual(['reported', 'photo_added']);
  });

  test('a report that was changed after its answer was lost stands as it was sent, with its photo', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.778, lat: 58.4145 });
    await open(page, `${wire.url}/`);
    await context.request.post(`${wire.url}/api/v1/session`);
    wire.loses = ({ path }) => path === '/api/v1/hotspots';
    await fillIn(page, place);
    await send(page);
    await saved(page);
    await page.getByRole('button', { name: 'See what waits' }).click();
    await expect(page.getByRole('button', { name: 'Change' })).toBeVisible();
    wire.cut();
    await page.getByRole('button', { name: 'Change' }).click();
    await expect(page.getByText('What you began is here.')).toBeVisible();
    await page.getByText('A handful').click();
    await send(page);
    await saved(page);
    wire.loses = () => false;
    wire.mode = 'on';
    await oneWhole(context, place);
    expect((await reportsAt(context, place))[0]).toMatchObject({ amount: 'several_bags' });
    await page.goto(`${wire.url}/waiting`);
    await expect(page.getByText('Nothing waits.')).toBeVisible();
  });

  test('a report that waits and is only looked at goes on waiting', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.98, lat: 58.51 });
    await leaveWaiting(page, wire, place);
    await page.getByRole('button', { name: 'See what waits' }).click();
    await page.getByRole('button', { name: 'Change' }).click();
    await expect(page.getByText('What you began is here.')).toBeVisible();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    wire.mode = 'on';
    await oneWhole(context, place);
  });

  test('a phone that is no longer known for its report adds the photo as one who has seen it too', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.975, lat: 58.508 });
    await open(page, `${wire.url}/`);
    await page.route('**/api/v1/photos/*', (route) => route.abort().catch(() => {})); // the signal goes before the photo; a page that is left has none to stop
    await fillIn(page, place);
    // The phone knows that the report was taken, and has tried to send the photo: no answer brings a cookie any more.
    const tried = page.waitForEvent('requestfailed', (r) => r.url().includes('/api/v1/photos/'));
    await send(page);
    await tried;
    expect(await reportsAt(context, place)).toHaveLength(1);
    await context.clearCookies(); // as a browser does that was not used for weeks
    await page.unroute('**/api/v1/photos/*');
    await page.goto(`${wire.url}/waiting`);
    await page.getByRole('button', { name: 'Add the photo as one who has seen it too' }).click({ timeout: 20_000 });
    const whole = async () => (await reportsAt(context, place))[0]?.photos.filter((photo) => photo.size !== null);
    await expect.poll(whole, { timeout: 20_000 }).toHaveLength(1);
    await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
  });

  test('on a thin signal a report says that it is kept, and arrives', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.785, lat: 58.417 });
    await open(page, `${wire.url}/`);
    wire.mode = 'slow';
    wire.delay = 2500;
    await fillIn(page, place);
    await send(page);
    await expect(page.getByText(/Saved on your phone|The report is on the map/)).toBeVisible({ timeout: 15_000 });
    await oneWhole(context, place);
  });

  test('how much of a photo is sent is shown, on the form and in the list of what waits', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 9.05, lat: 58.55 });
    await open(page, `${wire.url}/`);
    await fillIn(page, place, largePhoto());
    wire.mode = 'slow';
    wire.delay = 900;
    await send(page);
    await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible({ timeout: 15_000 });
    const part = page.getByText(/on their way: [1-9]\d?\s%/);
    await expect(part).toBeVisible({ timeout: 15_000 });
    await expect(page.getByRole('progressbar')).toBeVisible();
    await page.evaluate(() => (history.pushState(null, '', '/waiting'), dispatchEvent(new PopStateEvent('popstate'))));
    await expect(page.getByRole('progressbar')).toBeVisible();
    wire.mode = 'on';
    await oneWhole(context, place);
    await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
  });

  test('an app killed in the middle of a photo goes on where it was', async ({ playwright, launchOptions, request }) => {
    const place = await onShore(request, { lon: 8.795, lat: 58.421 });
    const folder = mkdtempSync(join(tmpdir(), 'strandline-phone-'));
    const phone = () => playwright.chromium.launchPersistentContext(folder, { ...launchOptions, locale: 'en-GB', viewport: { width: 390, height: 844 } });
    let context = await phone();
    let page = context.pages()[0] ?? (await context.newPage());
    await open(page, `${wire.url}/`);
    await fillIn(page, place, largePhoto());
    // The report (refused for want of a session), the session, the report, and two parts of the photo get through.
    wire.cutAfter = wire.writes.length + 5;
    await send(page);
    await expect.poll(() => wire.mode, { timeout: 20_000 }).toBe('off');
    await context.close();

    wire.cutAfter = Infinity;
    wire.mode = 'on';
    const before = wire.writes.length;
    context = await phone();
    page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${wire.url}/`);
    await oneWhole(context, place);
    const after = wire.writes.slice(before);
    expect(after.filter((w) => w.path === '/api/v1/hotspots'), 'the report is not sent again').toEqual([]);
    const parts = after.filter((w) => w.method === 'PATCH').map((w) => Number(w.offset));
    expect(parts.length).toBeGreaterThan(1);
    expect(Math.min(...parts), 'nor are the parts that got through').toBeGreaterThan(0);
    await context.close();
    rmSync(folder, { recursive: true, maxRetries: 10 });
  });

  test('a form that was not sent is here again after the app was killed', async ({ page }) => {
    const place = await onShore(page.request, { lon: 8.8, lat: 58.42 });
    await open(page, `${wire.url}/`);
    await fillIn(page, place);
    await expect.poll(() => page.evaluate(() => new Promise((done) => {
      const opening = indexedDB.open('strandline');
      opening.onsuccess = () => {
        const all = opening.result.transaction('items').objectStore('items').getAll();
        all.onsuccess = () => done((all.result as { body: { amount?: string } }[]).map((i) => i.body.amount));
      };
    }))).toEqual(['several_bags']);
    await page.goto('about:blank');
    await page.goto(`${wire.url}/report`);
    await expect(page.getByText('What you began is here.')).toBeVisible();
    await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
    await expect(page.getByRole('radio', { name: 'Several bags' })).toBeChecked();
  });

  test('what is entered stands while another tab never stops telling of changes', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.812, lat: 58.426 });
    await open(page, `${wire.url}/`);
    const other = await context.newPage();
    await other.goto(`${wire.url}/healthz`);
    await other.evaluate(() => {
      const tabs = new BroadcastChannel('outbox');
      setInterval(() => tabs.postMessage('changed'), 3);
    });
    await page.bringToFront();
    await fillIn(page, place);
    await page.getByText('More than one can carry', { exact: true }).click();
    await send(page);
    await oneWhole(context, place);
    expect((await reportsAt(context, place))[0]).toMatchObject({ amount: 'more_than_carried' });
  });

  test('two tabs share what waits, and send it once', async ({ page, context }) => {
    const place = await onShore(page.request, { lon: 8.805, lat: 58.424 });
    const other = await context.newPage();
    await open(page, `${wire.url}/`);
    await open(other, `${wire.url}/waiting`);
    await installed(page);
    wire.cut();
    await fillIn(page, place);
    await send(page);
    await saved(page);
    await expect(other.getByText('Waits for signal.')).toBeVisible();
    wire.mode = 'on';
    await Promise.all([sendNow(other), page.reload()]);
    await oneWhole(context, place);
    await expect(other.getByText('Nothing waits. Everything is sent.')).toBeVisible();
    expect(await reportsAt(context, place)).toHaveLength(1);
  });

  test('a newer app waits until it is taken, and what waits is sent by it', async ({ page, context, world: { web } }) => {
    const place = await onShore(page.request, { lon: 8.815, lat: 58.428 });
    await leaveWaiting(page, wire, place);
    // A new version is put up while the phone is away.
    for (const packed of ['sw.js.br', 'sw.js.gz']) rmSync(join(web, packed), { force: true });
    appendFileSync(join(web, 'sw.js'), `\n// ${randomUUID()}\n`);
    // Its photo stays behind, so that something waits over the change.
    await page.route('**/photos/*', (route) => route.abort());
    wire.mode = 'on';
    await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
    await expect(page.getByText('A newer version is ready.')).toBeVisible();
    await page.unroute('**/photos/*');
    const reloaded = page.waitForEvent('load');
    await page.getByRole('button', { name: 'Use it now' }).click();
    await reloaded;
    await oneWhole(context, place);
    await expect(page.getByText('A newer version is ready.')).toHaveCount(0);
  });

  test('a claim that somebody else got meanwhile is a choice, not an error', async ({ page, playwright, baseURL }) => {
    const somebody = await playwright.request.newContext({ baseURL });
    const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.93, lat: 58.46 }));
    await open(page, `${wire.url}/hotspots/${id}`);
    await installed(page);
    await page.getByRole('button', { name: 'I will clear it' }).click();
    await expect(page.getByRole('button', { name: 'Claim it' })).toBeVisible();
    wire.cut();
    await page.getByRole('button', { name: 'Claim it' }).click();
    await saved(page);
    const data = { id: randomUUID(), holder_kind: 'group', holder_name: 'The scouts', until: new Date(Date.now() + 5 * 86_400_000) };
    expect((await somebody.post(`/api/v1/hotspots/${id}/claims`, { data })).status()).toBe(201);
    await page.getByRole('button', { name: 'See what waits' }).click();
    wire.mode = 'on'; // not before: the form goes when it hears of the claim
    await expect(page.getByText('Somebody was quicker and clears it already.')).toBeVisible({ timeout: 20_000 });
    await expect(page.getByText('The scouts clears it until').first()).toBeVisible();
    await page.getByRole('button', { name: 'See it' }).click();
    await expect(page.getByRole('button', { name: 'Ask to take over' })).toBeVisible();
    await page.goBack();
    await page.getByRole('button', { name: 'Let it be' }).click();
    await expect(page.getByText('Nothing waits.')).toBeVisible();
  });

  test('a phone without room says so, and sends from memory', async ({ page, context }) => {
    await page.addInitScript(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException('no room', 'QuotaExceededError');
      };
    });
    const place = await onShore(page.request, { lon: 8.825, lat: 58.431 });
    await open(page, `${wire.url}/`);
    await fillIn(page, place);
    await expect(page.getByText('The phone has no room to keep this.')).toBeVisible();
    await send(page);
    await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible();
    await oneWhole(context, place);
  });
});

test('the rules on the phone are those of the service, place by place and day by day', async ({ request }) => {
  const [west, south, east, north] = [8.55, 58.3, 9.05, 58.55];
  const answer = await request.get('/api/v1/rulebook', { params: { bbox: [west, south, east, north].join(',') } });
  const book = (await answer.json()) as Parameters<typeof rulesAt>[0];
  expect(book.closures.features.length + book.zones.features.length).toBeGreaterThan(5);
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  // Around every zone and closure, and anywhere.
  const corners = [...book.closures.features, ...book.zones.features].flatMap((f) => (f.geometry as unknown as GeoJSON.MultiPolygon).coordinates.flat(2));
  const near = (): [number, number] => {
    const [lon, lat] = corners[Math.floor(random() * corners.length)] as [number, number];
    return [lon + (random() - 0.5) * 0.01, lat + (random() - 0.5) * 0.005];
  };
  const anywhere = (): [number, number] => [west + random() * (east - west), south + random() * (north - south)];
  const regimes = new Set<string>();
  for (let i = 0; i < 150; i++) {
    const [lon, lat] = i % 3 === 0 ? anywhere() : near();
    const date = ['2026-05-20', '2026-12-31', '2027-07-15'][i % 3] as string;
    const told = (await (await request.get('/api/v1/rules', { params: { lon, lat, at: date } })).json()) as ReturnType<typeof rulesAt>;
    const { rules: _, ...mine } = rulesAt(book, lat, lon, date);
    const { rules: __, ...theirs } = told;
    const sorted = (r: typeof mine) => ({ ...r, words: r.words.map((w) => JSON.stringify(w)).sort() });
    expect(sorted(mine), `${lat},${lon} on ${date}`).toEqual(sorted(theirs));
    regimes.add(told.regime);
  }
  expect([...regimes].sort()).toEqual(['closed', 'monitoring', 'professional', 'shared', 'volunteer']);
});
