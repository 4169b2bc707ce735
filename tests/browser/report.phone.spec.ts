import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PHOTO, another, at, follow, onShore, open, photoTakenAt, reportBySomebody, test } from './helpers';

test('a report with a photo reaches the map, and another browser sees it appear', async ({ page, browser }) => {
  const place = await onShore(page.request, { lon: 8.72, lat: 58.39 });
  const other = await another(browser);
  await open(other, `/list#15/${place.lat}/${place.lon}`);
  await expect(other.getByText('0 reports')).toBeVisible();

  await open(page, `/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByRole('alert')).toContainText('A photo is needed.');
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
  await expect(page.getByText('A photo is needed.')).toHaveCount(0);
  // Neither a stray tap on a mark nor Escape throws away what was entered.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
  await page.getByText('Several bags').click();
  await page.getByText('Tell more (optional)').click();
  await page.getByLabel('Foam').check();
  await page.getByLabel('Anything else?').fill('Behind the <b>big</b> stone & æøå');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible();
  await expect(page.getByText('Volunteers nearby see it now')).toBeVisible();

  await expect(other.getByText('1 report', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'See the report' }).click();
  const photo = page.getByRole('img', { name: 'Photo of the place' });
  await expect(photo).toBeVisible();
  await expect.poll(() => photo.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(500);
  await expect(page.getByText('Behind the <b>big</b> stone & æøå')).toBeVisible();
  await other.close();
});

/** A slow phone: reading pictures waits until it is let go. */
async function slowly(page: Page) {
  await page.addInitScript(() => {
    const read = createImageBitmap;
    const held = new Promise<void>((go) => addEventListener('letgo', () => go()));
    Object.assign(window, { createImageBitmap: async (...with_: Parameters<typeof read>) => (await held, read(...with_)) });
  });
  return () => page.evaluate(() => dispatchEvent(new Event('letgo')));
}

test('a photo that is still being made ready when the form is sent goes with it', async ({ page }) => {
  const letGo = await slowly(page);
  const place = await onShore(page.request, { lon: 8.728, lat: 58.3925 });
  await open(page, `/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.getByText('Several bags').click();
  await expect(page.getByText('One moment')).toBeVisible();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await letGo();
  await expect(page.getByText('Thank you! The report is on the map.')).toBeVisible();
});

test('it goes also when the form is left meanwhile, from where it was', async ({ page }) => {
  const letGo = await slowly(page);
  const place = await onShore(page.request, { lon: 8.7255, lat: 58.3905 });
  await open(page, '/list#14/58.39/8.72');
  await follow(page, `/report/${at(place)}`);
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.getByText('Several bags').click();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await follow(page, '/place/58.40000,8.80000');
  await expect(page.getByRole('heading', { name: 'This place' })).toBeVisible();
  const sent = page.waitForResponse((r) => r.url().endsWith('/api/v1/hotspots') && r.status() === 201);
  await letGo();
  const made = (await (await sent).json()) as { hotspot: { lat: number; lon: number; photos: object[] } };
  expect([made.hotspot.lat.toFixed(5), made.hotspot.lon.toFixed(5)].join()).toBe(at(place));
  expect(made.hotspot.photos).toHaveLength(1);
});

test('photos that are made ready at the same time are all there', async ({ page }) => {
  const letGo = await slowly(page);
  await open(page, '/report/58.40000,8.80000');
  const picker = page.getByLabel('Take a photo');
  await picker.setInputFiles(PHOTO);
  await expect(page.getByText('One moment')).toHaveCount(1);
  await picker.setInputFiles(photoTakenAt(58.4412, 8.8534));
  await expect(page.getByText('One moment')).toHaveCount(2);
  await letGo();
  await expect(page.locator('aside .picture img')).toHaveCount(2);
  await expect(page.getByText('One moment')).toHaveCount(0);
  await expect(page.locator('aside .picture img')).toHaveCount(2);
});

test('a hazardous report says at once what to do and cannot be claimed', async ({ page }) => {
  const place = await onShore(page.request, { lon: 8.735, lat: 58.395 });
  await open(page, `/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.getByText('A handful').click();
  await page.getByText('Tell more (optional)').click();
  await page.getByLabel('Explosives, flares').check();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByText('call the police on 112')).toBeVisible();
  await page.getByRole('button', { name: 'See the report' }).click();
  await expect(page.getByText('Goes to: the police')).toBeVisible();
  await expect(page.getByRole('button', { name: 'I will clear it' })).toHaveCount(0);
});

test('the place is that of the photo, or where one drags or moves the pin', async ({ page }) => {
  await open(page, '/#15/58.433/8.823');
  await page.getByRole('button', { name: 'Report litter' }).click();
  // Without a position the pin begins in the middle of the map; the photo knows better.
  await expect(page).toHaveURL(/report\/58\.43/);
  await page.getByLabel('Take a photo').setInputFiles(photoTakenAt(58.4412, 8.8534));
  await page.getByRole('button', { name: 'Use where the photo was taken' }).click();
  await expect(page).toHaveURL(/report\/58\.44120,8\.85340/);
  const place = () => (/report\/([\d.]+),([\d.]+)/.exec(page.url()) ?? []).slice(1).map(Number) as [number, number];
  const pin = page.locator('.leaflet-marker-icon.pin');
  const before = place();
  await pin.focus();
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => place()[0]).toBeGreaterThan(before[0]);
  await expect(pin).toBeFocused();
  const moved = place();
  const box = (await pin.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => place()[1]).toBeGreaterThan(moved[1]);
});

test('near an open report one is offered it, and may support it instead', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const place = await onShore(somebody, { lon: 8.955, lat: 58.5 });
  const photo = randomUUID();
  await reportBySomebody(somebody, place, { photos: [photo] });
  const sent = await somebody.put(`/api/v1/photos/${photo}`, { data: readFileSync(PHOTO), headers: { 'content-type': 'image/jpeg' } });
  expect(sent.ok(), await sent.text()).toBe(true);
  const form = `/report/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`;
  await open(page, form);
  await expect(page.getByText('Is it this one?')).toBeVisible();
  const big = page.locator('.near').getByRole('img');
  await expect(big).toHaveJSProperty('complete', true);
  const box = await big.boundingBox();
  expect(box?.width).toBeGreaterThan(300);
  expect(box?.height).toBeGreaterThan(150);
  // It may be another one all the same.
  await page.getByRole('button', { name: 'No, this is another' }).click();
  await expect(page.getByText('Is it this one?')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Send the report' })).toBeVisible();
  await open(page, form);
  await page.getByRole('button', { name: 'Yes, support this report' }).click();
  await expect(page.getByText('1 other has seen it')).toBeVisible();
});

test('what the server refuses is said in words, and nothing entered is lost', async ({ page }) => {
  await open(page, '/report/58.60000,8.60000');
  await page.getByLabel('Take a photo').setInputFiles(PHOTO);
  await page.getByText('A bag', { exact: true }).click();
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByRole('alert')).toContainText('too far from the shore');
  await expect(page.getByRole('img', { name: 'Photos 1' })).toBeVisible();
});
