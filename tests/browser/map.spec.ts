import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, type Page } from '@playwright/test';
import { drawSquare, another, gate, onShore, open, play, reportBySomebody, test } from './helpers';

test('a tap on the map tells what one may do there, today and on another day', async ({ page }) => {
  await open(page, '/#14/58.3995/8.7877');
  const map = page.locator('.leaflet-container');
  const box = (await map.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect(page).toHaveURL(/\/place\/58\.399\d*,8\.787/);
  // Today, whenever that is.
  await expect(page.getByText(/It does not hold on this day|People may not be here on this day/)).toBeVisible();
  await page.getByLabel('On this day').fill('2027-10-20');
  await expect(page.getByText('It does not hold on this day.')).toBeVisible();
  await page.getByLabel('On this day').fill('2027-05-20');
  await expect(page.getByText('People may not be here on this day. Do not go ashore.')).toBeVisible();
  await expect(page.getByText('From 16 July 2027 you may be here.')).toBeVisible();
  await expect(page).toHaveURL(/on=2027-05-20/);
  await expect(page.getByRole('link', { name: /Read the regulation/ })).toHaveAttribute('href', /^https:/);
});

test('the address carries place and view, and back leads back', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const place = await onShore(somebody, { lon: 8.89, lat: 58.445 });
  const id = await reportBySomebody(somebody, place);
  await open(page, `/list#16/${place.lat}/${place.lon}`);
  await page.getByRole('link', { name: /A bag/ }).first().click();
  await expect(page).toHaveURL(new RegExp(`/hotspots/${id}#16/`));
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Reported litter' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Reports in view' })).toBeVisible();
});

test('the list holds what the map shows, filters it, and works by keyboard', async ({ page }) => {
  await open(page, '/#11/58.43/8.82');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Reports in view' })).toBeFocused();
  const count = async () => Number((await page.getByText(/^\d+ reports?$/).innerText()).split(' ')[0]);
  await expect.poll(count).toBeGreaterThan(3);
  const all = await count();
  await page.locator('summary', { hasText: 'Show' }).click();
  await page.getByLabel('Reported', { exact: true }).first().uncheck();
  await expect.poll(count).toBeLessThan(all);
  // On a wide desk the list stays; what is chosen from it stands beside it, and Escape closes that.
  await page.getByRole('link', { name: /bag|handful|carry/i }).first().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Reported litter' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Reported litter' })).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Reports in view' })).toBeVisible();
  await expect(page.getByRole('link', { name: /bag|handful|carry/i }).first()).toBeFocused();
});

test('a mark on the map is opened by keyboard', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const place = await onShore(somebody, { lon: 9.0, lat: 58.522 });
  const id = await reportBySomebody(somebody, place, { amount: 'more_than_carried' });
  for (const key of ['Enter', ' ']) {
    await open(page, `/#17/${place.lat}/${place.lon}`);
    const mark = page.locator('.leaflet-marker-icon[title^="Reported, More than one can carry"]').first();
    await mark.focus();
    await page.keyboard.press(key);
    await expect(page).toHaveURL(new RegExp(`/hotspots/${id}`));
  }
});

test('marks that would lie on each other are one, which says how many and is zoomed into', async ({ page }) => {
  await open(page, '/#9/58.45/8.8');
  const cluster = page.getByRole('button', { name: /^\d+ things here, zoom in$/ }).first();
  // Looked at as one: reports come before bags and equipment, and with these it is drawn anew.
  const [count, title] = await cluster.evaluate((e) => [Number(e.textContent), e.getAttribute('title')]);
  expect(count).toBeGreaterThan(1);
  expect(title).toBe(`${count} things here, zoom in`);
  const zoom = () => Number(/#([\d.]+)\//.exec(page.url())?.[1] ?? 0);
  await expect(async () => {
    if (zoom() === 9) await cluster.press('Enter', { timeout: 1000 });
    await expect.poll(zoom, { timeout: 1000 }).toBeGreaterThan(9);
  }).toPass();
});

test('the scale is read whatever lies behind it', async ({ page }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await open(page, '/#13/58.44/8.82');
    // Opaque: browsers tell of colours that are not as rgba.
    await expect(page.locator('.leaflet-control-scale-line')).toHaveCSS('background-color', /^rgb\(/);
  }
});

test('what is shown stands in the address, and is shared with it', async ({ page }) => {
  await open(page, '/list#11/58.43/8.82?state=cleaned&days=365');
  await page.locator('summary', { hasText: 'Show' }).click();
  await expect(page.getByLabel('Cleaned', { exact: true })).toBeChecked();
  await expect(page.getByLabel('Reported', { exact: true })).not.toBeChecked();
  await page.getByLabel('Reported', { exact: true }).check();
  await page.locator('.filters select').selectOption({ index: 2 });
  await expect(page).toHaveURL(/#11\/58\.43\d*\/8\.82\d*\?state=.*reported.*&days=7$/);
  await page.getByRole('button', { name: 'Zoom in', exact: true }).click();
  await page.locator('a[href^="/hotspots/"]').first().click();
  await page.reload();
  await expect(page).toHaveURL(/state=.*&days=7$/);
  await page.goto('/list');
  await page.locator('summary', { hasText: 'Show' }).click();
  await expect(page.getByLabel('Reported', { exact: true })).toBeChecked();
});

test('a municipality and its list are shared as a code and printed as a clean page', async ({ page }) => {
  await open(page, '/areas/4203');
  const list = page.getByRole('heading', { name: 'Reports in view' });
  await expect(list).toBeVisible();
  await page.getByRole('button', { name: 'QR code' }).click();
  await expect(page.getByRole('img', { name: 'QR code' })).toHaveJSProperty('complete', true);
  await expect(page.getByText(/\/areas\/4203$/)).toBeVisible();
  for (const address of ['/areas/4203', '/list#11/58.43/8.82', '/place/58.43300,8.82300']) {
    await open(page, address);
    await page.emulateMedia({ media: 'print' });
    await expect(page.locator('main')).toBeHidden();
    await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
    await expect(page.getByRole('heading', { name: address.startsWith('/place') ? 'This place' : 'Reports in view' })).toBeVisible();
    await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
    await page.emulateMedia({ media: null });
  }
});

test('a municipality that is not there is said to be so', async ({ page }) => {
  await open(page, '/areas/9999');
  await expect(page.getByText('It is not here any more.')).toBeVisible();
  await expect(page).toHaveURL(/\/list/);
});

/** The regimes whose colours the shore has around the middle of the map. */
async function coloursOfShore(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const [map, side] = [document.querySelector('.leaflet-container')!.getBoundingClientRect(), 240];
    const [left, top] = [map.x + (map.width - side) / 2, map.y + (map.height - side) / 2];
    const seen = new OffscreenCanvas(side, side).getContext('2d')!;
    for (const tile of document.querySelectorAll<HTMLCanvasElement>('.leaflet-tile-pane canvas')) {
      const at = tile.getBoundingClientRect();
      seen.drawImage(tile, at.x - left, at.y - top, at.width, at.height);
    }
    const bytes = seen.getImageData(0, 0, side, side).data;
    const found = new Set<string>();
    for (let i = 0; i < bytes.length; i += 4) found.add(`rgb(${bytes[i]}, ${bytes[i + 1]}, ${bytes[i + 2]})`);
    const probe = document.body.appendChild(document.createElement('i'));
    const regimes = ['volunteer', 'shared', 'professional', 'monitoring', 'closed'].filter((regime) => {
      probe.style.color = `var(--${regime})`;
      return found.has(getComputedStyle(probe).color);
    });
    probe.remove();
    return regimes;
  });
}

test('staff draw a zone on the map, and the shore changes its colour without a reload', async ({ page, browser }) => {
  const other = await another(browser);
  await open(other, '/place/58.45244,8.75244#15/58.45244/8.75244');
  await expect(other.getByText('Volunteers and professionals both clear here.')).toBeVisible();
  await expect.poll(() => coloursOfShore(other)).toEqual(['shared']);

  await open(page, '/#15/58.45244/8.75244');
  await play(page, 'staff');
  await page.getByRole('button', { name: 'Zones', exact: true }).click();
  await page.getByRole('button', { name: 'Draw a zone' }).click();
  await page.getByLabel('Name').fill('Kittelsbukt');
  await page.getByLabel('Volunteers').check();
  await drawSquare(page, 150);
  await expect(page.getByText('Drag the corners on the map.')).toBeVisible();
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(page.getByText('The zone is saved.')).toBeVisible();
  await expect(other.getByText('Volunteers clear here. You are welcome to clean.')).toBeVisible();
  await expect.poll(() => coloursOfShore(other)).toContain('volunteer');

  await page.getByRole('link', { name: /Kittelsbukt/ }).click();
  await page.getByLabel('Professionals').check();
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(other.getByText('Professional crews clear here.')).toBeVisible();
  await expect.poll(() => coloursOfShore(other)).toContain('professional');
  await page.getByRole('link', { name: /Kittelsbukt/ }).click();
  await page.getByRole('button', { name: 'Remove the zone' }).click();
  await page.getByRole('button', { name: 'Yes, remove it' }).click();
  await expect(other.getByText('Volunteers and professionals both clear here.')).toBeVisible();
  await expect.poll(() => coloursOfShore(other)).toEqual(['shared']);
  await other.close();
});

function square([west, south]: [number, number], side: number): number[][] {
  const [east, north] = [west + side, south + side];
  return [[west, south], [east, south], [east, north], [west, north], [west, south]];
}

/** A zone of some hundred metres, drawn through the API by whom the page plays; it can be renamed and removed. */
async function zoneInApi(page: Page, name: string, at: [number, number], side = 0.001, ...others: number[][][][]) {
  const url = `/api/v1/zones/${randomUUID()}`;
  const zone = { name, regime: 'volunteer', geometry: { type: 'MultiPolygon', coordinates: [[square(at, side)], ...others] } };
  const asItIs = async () => ({ headers: { 'If-Match': (await page.request.get(url)).headers()['etag'] ?? '' } });
  const drawn = await page.request.post(url, { data: zone });
  expect(drawn.status(), await drawn.text()).toBe(201);
  const now = async () => (await (await page.request.get(url)).json()) as { name: string; geometry: GeoJSON.MultiPolygon };
  return {
    name: async () => (await now()).name,
    parts: async () => (await now()).geometry.coordinates,
    rename: async (to: string) => expect((await page.request.put(url, { data: { ...zone, name: to }, ...(await asItIs()) })).status()).toBe(200),
    remove: async () => expect((await page.request.delete(url, await asItIs())).status()).toBe(204),
  };
}

test('what is being changed in a zone stays when another zone is drawn meanwhile', async ({ page }) => {
  await open(page, '/#15/58.4495/8.715');
  await play(page, 'staff');
  const first = await zoneInApi(page, 'Nidelva', [8.7, 58.44]);
  await page.getByRole('button', { name: 'Zones', exact: true }).click();
  await page.getByRole('link', { name: /Nidelva/ }).click();
  await page.getByLabel('Name').fill('Nidelva by the bridge');
  await page.getByLabel('Professionals').check();
  const readAnew = page.waitForResponse((r) => r.url().endsWith('/api/v1/zones') && r.request().method() === 'GET');
  const second = await zoneInApi(page, 'Another', [8.7, 58.44]);
  await (await readAnew).finished();
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(page.getByRole('link', { name: /Nidelva by the bridge.*Professionals/s })).toBeVisible();
  await first.remove();
  await second.remove();
});

test('a zone that a colleague has changed meanwhile is not overwritten, and what was entered stays', async ({ page }) => {
  await open(page, '/#15/58.4495/8.715');
  await play(page, 'staff');
  const zone = await zoneInApi(page, 'Strengereid', [8.7, 58.44]);
  await page.getByRole('button', { name: 'Zones', exact: true }).click();
  await page.getByRole('link', { name: /Strengereid/ }).click();
  await page.getByLabel('Name').fill('Mine');
  await zone.rename('Theirs');
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(page.getByRole('alert')).toContainText('Somebody has changed it meanwhile.');
  await expect(page.getByLabel('Name')).toHaveValue('Mine');
  expect(await zone.name()).toBe('Theirs');
  await zone.remove();
});

test('a zone of several parts with a hole keeps them when it is renamed, and when its largest part is reshaped', async ({ page }) => {
  await open(page, '/#15/58.4495/8.715');
  await play(page, 'staff');
  const hole = square([8.704, 58.434], 0.002).reverse();
  const zone = await zoneInApi(page, 'Parts', [8.72, 58.44], 0.001, [square([8.7, 58.43], 0.01), hole]);
  const before = await zone.parts();
  expect(before.map((part) => part.length)).toEqual([1, 2]);
  await page.getByRole('button', { name: 'Zones', exact: true }).click();
  const openIt = () => page.getByRole('link', { name: /Parts/ }).click();
  await openIt();
  await expect(page.locator('.leaflet-container')).toHaveClass(/drawing/);
  await page.getByLabel('Name').fill('Parts renamed');
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect.poll(zone.name).toBe('Parts renamed');
  expect(await zone.parts()).toEqual(before);
  await openIt();
  // The whole part is dragged some way up, by a place inside it.
  const drawn = page.locator('.leaflet-map-pane > [class*="0-pane"] path');
  await expect.poll(() => drawn.count()).toBeGreaterThan(4);
  const boxes = await Promise.all((await drawn.all()).map((path) => path.boundingBox()));
  const box = boxes.reduce((most, b) => ((b?.width ?? 0) > (most?.width ?? 0) ? b : most)) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [box.x + box.width * 0.2, box.y + box.height * 0.7];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x, y - 20, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect.poll(async () => JSON.stringify(await zone.parts())).not.toBe(JSON.stringify(before));
  expect((await zone.parts()).map((part) => part.length).sort()).toEqual([1, 2]);
  await zone.remove();
});

test('a zone that a colleague removes while it is being changed keeps what was entered', async ({ page }) => {
  await open(page, '/#15/58.4495/8.715');
  await play(page, 'staff');
  const zone = await zoneInApi(page, 'Gone soon', [8.7, 58.44]);
  await page.getByRole('button', { name: 'Zones', exact: true }).click();
  await page.getByRole('link', { name: /Gone soon/ }).click();
  await page.getByLabel('Name').fill('Mine');
  const readAnew = page.waitForResponse((r) => r.url().endsWith('/api/v1/zones') && r.request().method() === 'GET');
  await zone.remove();
  await (await readAnew).finished();
  await expect(page.getByLabel('Name')).toHaveValue('Mine');
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByLabel('Name')).toHaveValue('Mine');
});

test('drawing begins by its address, ends when it is left, and what was deleted is drawn anew', async ({ page }) => {
  await open(page, '/#15/58.4495/8.715');
  await play(page, 'staff');
  const map = page.locator('.leaflet-container');
  await open(page, '/zones/new#15/58.4495/8.715');
  await expect(map).toHaveCSS('cursor', 'crosshair');
  await page.getByLabel('Name').fill('Twice');
  await drawSquare(page, 150);
  await expect(page.getByText('Drag the corners on the map.')).toBeVisible();
  await map.focus();
  await page.keyboard.press('Delete');
  await expect(page.getByText('Tap the corners on the map')).toBeVisible();
  await page.getByRole('button', { name: 'Save the zone' }).click();
  await expect(page.getByText(/Draw the zone|shape/)).toBeVisible();
  await drawSquare(page, 100);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(map).not.toHaveClass(/drawing/);
});

test.describe('without a service worker, which would have the tools at once', () => {
  test.use({ serviceWorkers: 'block' });

  test('tools that come when drawing was left again are put away', async ({ page }) => {
    await open(page, '/#15/58.4495/8.715');
    await play(page, 'staff');
    const map = page.locator('.leaflet-container');
    const tools = gate();
    await page.route(/assets\/draw-/, async (route) => (await tools.opened, route.continue()));
    await open(page, '/zones#15/58.4495/8.715');
    const asked = page.waitForRequest(/assets\/draw-/);
    await page.getByRole('button', { name: 'Draw a zone' }).click();
    await asked;
    await page.getByRole('button', { name: 'Cancel' }).click();
    const came = page.waitForResponse(/assets\/draw-/);
    tools.open();
    await (await came).finished();
    await expect(map).not.toHaveClass(/drawing/);
    await page.getByRole('button', { name: 'Draw a zone' }).click();
    await expect(map).toHaveClass(/drawing/);
  });
});

test('between two zooms the shore takes its new colours as on a whole one', async ({ page }) => {
  await open(page, '/#14.5/58.4495/8.715');
  await play(page, 'staff');
  const tiles: string[] = [];
  page.context().on('response', (r) => r.url().includes('/api/v1/tiles/') && tiles.push(`${r.status()} ${r.url()}`));
  const zone = await zoneInApi(page, 'Fevik', [8.71, 58.445], 0.01);
  await expect.poll(() => tiles.length).toBeGreaterThan(3);
  await expect.poll(() => page.locator('.leaflet-tile-container canvas.leaflet-tile-loaded').count()).toBeGreaterThan(3);
  await expect(page.locator('.leaflet-tile-container canvas:not(.leaflet-tile-loaded)')).toHaveCount(0);
  expect(tiles.filter((tile) => !tile.startsWith('200'))).toEqual([]);
  await zone.remove();
});

test('the four languages are whole, and the choice is remembered', async ({ page }) => {
  await open(page, '/about');
  const titles = { nb: 'Meld søppel', nn: 'Meld søppel', da: 'Meld affald', en: 'Report litter' };
  for (const [lang, title] of Object.entries(titles)) {
    await page.locator('aside select').first().selectOption(lang);
    await expect(page.getByRole('button', { name: title })).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', lang);
  }
  await page.locator('aside select').first().selectOption('da');
  await expect(page.locator('html')).toHaveAttribute('lang', 'da');
  await page.reload();
  await expect(page.getByRole('button', { name: 'Meld affald' })).toBeVisible();
});

test('nynorsk has its own dates in a browser that does not know it', async ({ page, request }) => {
  await open(page, '/about');
  await page.locator('aside select').first().selectOption('nn');
  await expect(page.locator('html')).toHaveAttribute('lang', 'nn');
  const found = (await (await request.get('/api/v1/hotspots')).json()) as { features: { properties: { id: string } }[] };
  await open(page, `/hotspots/${found.features[0]?.properties.id}`);
  await expect(page.locator('aside')).toContainText(/sidan|i går|i dag|no/);
  await expect(page.locator('aside')).not.toContainText(/ ago|yesterday|siden|November/);
});

test('a language that cannot be had leaves the others, and the rest of the app, as they were', async ({ page }) => {
  await page.addInitScript(() => delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker);
  await open(page, '/about');
  await page.route(/assets\/da-/, (route) => route.abort());
  await page.locator('aside select').first().selectOption('da');
  await expect(page.getByRole('alert')).toContainText('No connection');
  await expect(page.locator('aside select').first()).toHaveValue('en');
  await page.evaluate(() => history.pushState(null, '', '/numbers'));
  await page.evaluate(() => dispatchEvent(new PopStateEvent('popstate')));
  await expect(page.getByText('Volunteers and professionals are never added up')).toBeVisible();
});

test('a phone whose browser cannot paint beside the page has the shore all the same', async ({ page }) => {
  await page.addInitScript(() => delete (HTMLCanvasElement.prototype as { transferControlToOffscreen?: unknown }).transferControlToOffscreen);
  await open(page, '/');
  const painted = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLCanvasElement>('.leaflet-tile-container canvas')].some((canvas) =>
        canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0),
      ),
    );
  await expect.poll(painted).toBe(true);
});

for (const [what, path] of [['the map', '/'], ['the report form', '/report/58.43300,8.82500']] as const) {
test(`the first load of ${what} is at most 120 kB of JavaScript, packed`, async ({ page }) => {
  const scripts = new Map<string, Promise<Buffer>>();
  page.on('response', (r) => new URL(r.url()).pathname.endsWith('.js') && r.frame() && scripts.set(r.url(), r.body()));
  await page.addInitScript(() => delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker); // fetches the rest for later
  await open(page, path);
  await page.waitForLoadState('networkidle');
  const sizes = await Promise.all([...scripts].map(async ([url, body]) => [gzipSync(await body, { level: 9 }).length, url] as const));
  const sum = sizes.reduce((all, [size]) => all + size, 0);
  expect(sum, sizes.sort(([a], [b]) => b - a).join('\n')).toBeLessThanOrEqual(120_000);
  expect(scripts.size).toBeGreaterThan(5);
});
}

test('what an address is about is in view at once, near enough to tell it from its neighbours', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const place = await onShore(somebody, { lon: 8.652, lat: 58.375 });
  const id = await reportBySomebody(somebody, place);
  await open(page, `/hotspots/${id}`);
  // #zoom/lat/lon
  const view = () => new URL(page.url()).hash.slice(1).split('/').map(Number);
  await expect.poll(() => view()[0]).toBeGreaterThanOrEqual(13);
  expect(Math.abs((view()[1] ?? 0) - place.lat)).toBeLessThan(0.01);
  expect(Math.abs((view()[2] ?? 0) - place.lon)).toBeLessThan(0.02);
});
