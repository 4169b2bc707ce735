import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { PHOTO, onShore, open, reportBySomebody, test } from './helpers';

// How many taps and seconds each journey takes on a phone. Taps are counted by the page itself; the seconds are those of
// this machine, printed and not asserted. `make journeys` writes the table.

interface Journey {
  name: string;
  taps: number;
  seconds: number;
  most: number;
}
const journeys: Journey[] = [];

/** Follows a journey from a link to its end, counting taps, of which there may be `most`. */
async function journey(page: Page, name: string, most: number, go: () => Promise<void>) {
  let taps = 0;
  await page.exposeFunction('tapped', () => void (taps += 1));
  await page.addInitScript(() => {
    // A press of a finger; what a script clicks for it (the file chooser behind a button) is none.
    addEventListener('click', (e) => e.isTrusted && e.detail > 0 && (window as unknown as { tapped: () => void }).tapped(), true);
  });
  const begun = performance.now();
  await go();
  const seconds = (performance.now() - begun) / 1000;
  journeys.push({ name, taps, seconds, most });
  expect(taps, name).toBeGreaterThan(0);
  expect(taps, name).toBeLessThanOrEqual(most);
}

test.afterAll(() => {
  const rows = journeys.map((j) => `| ${j.name} | ${j.taps} | ${j.most} | ${j.seconds.toFixed(1)} |`);
  const table = ['| journey, from a link | taps | at most | seconds |', '| --- | --- | --- | --- |', ...rows].join('\n');
  const file = process.env.JOURNEYS;
  if (!file) return;
  const head =
    '# Journeys\n\nWritten by `make journeys`: a browser goes each way on a phone of 390 × 844 and counts the taps. A photo taken with the\n' +
    "phone's camera is one tap here, and what the camera itself asks for comes on top. Seconds are those of the machine, from\n" +
    'opening the link until the end is on the screen; no test asserts them.\n\n';
  writeFileSync(file, `${head}${table}\n`);
});

test('a report from a shared link takes at most six taps and a photo', async ({ page, context }) => {
  await context.grantPermissions(['geolocation']);
  const place = await onShore(page.request, { lon: 8.85, lat: 58.435 });
  await context.setGeolocation({ latitude: place.lat, longitude: place.lon, accuracy: 12 });
  await journey(page, 'report litter: photo, amount, send', 6, async () => {
    await open(page, '/report');
    await expect(page.getByText('Your position is known to within 12 m.')).toBeVisible();
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Take a photo').click();
    await (await chooser).setFiles(PHOTO);
    await page.getByText('A bag', { exact: true }).click();
    await page.getByRole('button', { name: 'Send the report' }).click();
    await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible();
  });
});

test('seeing what one may do takes a tap', async ({ page }) => {
  await journey(page, 'what may I do here, today', 1, async () => {
    await open(page, '/#14/58.3995/8.7877');
    const box = (await page.locator('.leaflet-container').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect(page.getByText(/It does not hold on this day|People may not be here on this day/)).toBeVisible();
  });
});

test('taking on what somebody reported takes two taps, saying that it is clean two', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.87, lat: 58.44 }));
  await journey(page, 'take on a report, then say that it is clean', 4, async () => {
    await open(page, `/hotspots/${id}`);
    await page.getByRole('button', { name: 'I will clear it' }).click();
    await page.getByRole('button', { name: 'Claim it' }).click();
    await expect(page.getByText('A volunteer clears it until')).toBeVisible();
    await page.getByRole('button', { name: 'It is clean now' }).click();
    await page.getByRole('button', { name: 'Yes, it is clean' }).click();
    await expect(page.getByText('Thank you for cleaning!')).toBeVisible();
  });
});

test('keeping the municipality on the phone takes three taps', async ({ page }) => {
  await journey(page, 'keep a municipality for days without signal', 3, async () => {
    await open(page, '/#12/58.44/8.8');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('link', { name: /Without signal/ }).click();
    await page.getByRole('button', { name: 'Keep Arendal' }).click();
    await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 60_000 });
  });
});

test('planning a cleanup takes four taps from the place, cleaning now takes one', async ({ page, context }) => {
  const place = await onShore(page.request, { lon: 8.845, lat: 58.4325 });
  const here = `/place/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`;
  await journey(page, 'plan a cleanup at a place: plan, who, save', 4, async () => {
    await open(page, here);
    await page.getByRole('link', { name: 'Plan a cleanup' }).click();
    await page.getByLabel('Name others see').click();
    await page.keyboard.type('The scouts');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    await expect(page).toHaveURL(/cleanups/);
    await expect(page.getByText('The scouts').first()).toBeVisible();
  });
  const other = await onShore(page.request, { lon: 8.86, lat: 58.437 });
  const second = await context.newPage();
  await journey(second, '"I am cleaning now" at a place', 1, async () => {
    await open(second, `/place/${other.lat.toFixed(5)},${other.lon.toFixed(5)}`);
    await second.getByRole('button', { name: 'I am cleaning now' }).click();
    await expect(second.locator('aside').getByText('Under way')).toBeVisible();
  });
});

test('weighing at the gate takes at most three taps from the typed code, two from the scanned one', async ({ page, context }) => {
  const bags = async (lon: number) => {
    const place = await onShore(page.request, { lon, lat: 58.449 });
    await page.request.post('/api/v1/session');
    const left = await page.request.post('/api/v1/piles', {
      data: { id: randomUUID(), ...place, bags: { full: 3 }, access: 'road', safe_from_tide: true, ready: true },
    });
    return ((await left.json()) as { code: string }).code;
  };
  const [typed, scanned] = [await bags(8.902), await bags(8.906)];
  await page.request.post('/api/v1/demo/role', { data: { role: 'staff', municipality: '4203' } });
  await journey(page, 'weigh at the gate, the code typed: see it, weigh', 3, async () => {
    await open(page, '/gate');
    await expect(page.getByRole('textbox', { name: /^Code/ })).toBeFocused();
    await page.keyboard.type(typed);
    await page.getByRole('button', { name: 'Find', exact: true }).click();
    await expect(page.getByText('3 bags')).toBeVisible();
    await expect(page.getByLabel('Kilograms')).toBeFocused();
    await page.keyboard.type('27.5');
    await page.getByRole('button', { name: 'Save the weight' }).click();
    await expect(page.getByRole('status').filter({ hasText: '27.5' })).toBeVisible();
  });
  const second = await context.newPage();
  await journey(second, 'weigh at the gate, the code scanned: weight, weigh', 2, async () => {
    await open(second, `/c/${scanned}`);
    await expect(second.getByLabel('Kilograms')).toBeFocused();
    await second.keyboard.type('31');
    await second.getByRole('button', { name: 'Save the weight' }).click();
    await expect(second.getByRole('status').filter({ hasText: '31' })).toBeVisible();
  });
});
