import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';
import { PHOTO, onShore, open, play, test } from './helpers';
import { FIRST, haulerScreens, openWhole, publish, staffScreens, whole } from './screens';

// Colours that are still on their way would be taken for those of a screen.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

test('axe finds nothing on any screen', async ({ page }) => {
  test.slow(); // ten screens
  const policy: string[] = [];
  page.on('console', (m) => m.text().includes('Content Security Policy') && policy.push(m.text()));
  for (const [name, path] of Object.entries(FIRST)) {
    await open(page, path);
    await expect(page.locator('.leaflet-marker-icon').first()).toBeVisible();
    await check(page, name);
  }
  expect(policy).toEqual([]);
});

test("axe finds nothing on what is said afterwards, on a zone being drawn, and on a crew's day", async ({ page, request }) => {
  test.slow();
  const place = await onShore(request, { lon: 8.955, lat: 58.468 });
  // The thank-you, and the toast of a phone that does not know where it is.
  await open(page, `/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.locator('aside').getByText('Several bags', { exact: true }).click();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible();
  await page.getByRole('button', { name: 'Show where I am' }).click();
  await expect(page.getByText('Your position is not available.')).toBeVisible();
  await check(page, 'thanks and toast');
  // Saved on the phone, and what waits.
  await page.route('**/api/v1/hotspots/**', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
  await page.getByRole('button', { name: 'See the report' }).click();
  await page.getByRole('button', { name: 'I have seen it too' }).click();
  await expect(page.getByText('Saved on your phone.')).toBeVisible({ timeout: 15_000 });
  await check(page, 'saved');
  await page.getByRole('button', { name: 'See what waits' }).first().click();
  await expect(page.getByRole('button', { name: 'Do not send' })).toBeVisible();
  await check(page, 'waits');
  // Withdrawn before the way is free again: it would be sent, and there would be nothing to withdraw.
  await page.getByRole('button', { name: 'Do not send' }).click();
  await expect(page.getByText('Nothing waits')).toBeVisible();
  await page.unroute('**/api/v1/hotspots/**');
  await page.request.post('/api/v1/demo/role', { data: { role: 'staff', municipality: '4203' } });
  await open(page, '/zones#15/58.4495/8.715');
  await page.getByRole('button', { name: 'Draw a zone' }).click();
  await expect(page.locator('.leaflet-container')).toHaveCSS('cursor', 'crosshair');
  await check(page, 'drawing');
  await page.request.post('/api/v1/demo/role', { data: { role: 'crew', municipality: '4203' } });
  await open(page, '/day');
  await whole(page);
  await check(page, 'day');
});

test('axe finds nothing on a hotspot, hazardous or claimed, and on what staff see', async ({ page }) => {
  const found = (await (await page.request.get('/api/v1/hotspots')).json()) as {
    features: { id: string; properties: { hazards: string[]; claim: unknown } }[];
  };
  const hazardous = found.features.find((f) => f.properties.hazards.length > 0)?.id;
  const claimed = found.features.find((f) => f.properties.claim)?.id;
  for (const id of [hazardous, claimed]) {
    await open(page, `/hotspots/${id}`);
    await expect(page.getByText('What happened')).toBeVisible();
    await check(page, `hotspot ${id}`);
  }
  await play(page, 'staff');
  for (const path of [`/hotspots/${claimed}`, '/zones']) {
    await open(page, path);
    await whole(page);
    await check(page, path);
  }
});

test('axe finds nothing on what is planned, left and fetched', async ({ page }) => {
  test.setTimeout(180_000); // twenty-four screens
  for (const path of await staffScreens(page)) {
    await openWhole(page, path);
    await check(page, path);
  }
});

test('axe finds nothing on a fleet, a plan, a route and what they came to', async ({ page }) => {
  test.slow(); // seven screens, and a plan
  const { plan, paths } = await haulerScreens(page);
  for (const path of paths) {
    await openWhole(page, path);
    const change = page.locator('aside button[aria-expanded]').first();
    if (await change.count()) await change.click();
    await check(page, path);
  }
  const route = await publish(page, plan);
  await page.request.post(`/api/v1${route}/starts`, { data: {} });
  await open(page, route);
  await expect(page.getByRole('button', { name: 'Loaded' })).toBeVisible();
  await check(page, 'route');
  await page.getByRole('button', { name: 'Only some' }).click();
  await check(page, 'partly');
});

test('axe finds nothing on a claim form, a draft, and what was refused', async ({ page }) => {
  const found = (await (await page.request.get('/api/v1/hotspots?state=reported')).json()) as {
    features: { id: string; properties: { hazards: string[]; lat: number } }[];
  };
  const free = found.features.find((f) => f.properties.hazards.length === 0);
  await open(page, `/hotspots/${free?.id}`);
  await page.getByRole('button', { name: 'I will clear it' }).click();
  await expect(page.getByRole('button', { name: 'Claim it' })).toBeVisible();
  await check(page, 'claim form');
  // Refused: a place far out at sea.
  await open(page, '/report/57.60000,9.90000');
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.locator('aside').getByText('Several bags').click();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await check(page, 'refused');
  await open(page, '/waiting');
  await expect(page.getByRole('button', { name: 'Throw away' })).toBeVisible();
  await check(page, 'draft');
});

/** What axe says of a screen; what it says of colours, in each look that a phone can have. */
async function check(page: Page, name: string) {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  // Marks lie where their places lie; the list has the same in rows of their own (WCAG 2.5.8, "equivalent").
  const targets = axe(page).withRules('target-size').exclude('.leaflet-marker-pane');
  await nothing(axe(page).withTags(tags).disableRules('target-size'), name);
  await nothing(targets, name);
  if (test.info().project.name !== 'phone') return; // whose colours are those of the desk
  for (const look of ['dark', 'sun', 'light'] as const) {
    await page.emulateMedia({ colorScheme: look === 'dark' ? 'dark' : 'light' });
    await page.evaluate((l) => (l === 'sun' ? (document.documentElement.dataset.theme = l) : delete document.documentElement.dataset.theme), look);
    if (look !== 'light') await nothing(axe(page).withRules(['color-contrast', 'link-in-text-block']), `${name}, ${look}`);
  }
}

/** No page has frames, so that axe need not open a page of its own for what it found in each ("legacy mode"). */
const axe = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

async function nothing(asked: AxeBuilder, name: string) {
  const { violations, passes } = await asked.analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), name).toEqual([]);
  expect(passes.length, `${name}: rules that found something to look at`).toBeGreaterThan(0);
}
