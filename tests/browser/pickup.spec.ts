import { expect, type Browser, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { PHOTO, another, onShore, open, type Place, test } from './helpers';

/** A hauler of the demonstration, on a desk or a phone. */
async function hauler(browser: Browser, baseURL: string | undefined, phone = false): Promise<Page> {
  const size = phone ? { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } : { viewport: { width: 1440, height: 900 } };
  const page = await another(browser, { baseURL: baseURL ?? '', ...size });
  await open(page, '/about');
  await page.getByLabel('Who are you here?').selectOption('hauler');
  await expect(page.getByText('Agder Renovasjon', { exact: true })).toBeVisible();
  return page;
}

/** Places by the road and on islands that no other test uses. */
const BY_ROAD = [
  { lon: 8.7565, lat: 58.4405 },
  { lon: 8.8585, lat: 58.4535 },
];
const BY_SEA = [
  { lon: 8.8425, lat: 58.4275 },
  { lon: 8.8065, lat: 58.4205 },
  { lon: 8.8785, lat: 58.4385 },
  { lon: 8.8305, lat: 58.4125 },
];

/** Somebody who has left bags by the road and on islands. */
async function volunteer(browser: Browser, baseURL: string | undefined) {
  const page = await another(browser, { baseURL: baseURL ?? '' });
  const { request } = page;
  expect((await request.post('/api/v1/session')).ok()).toBe(true);
  const leave = async (near: Place, access: string) => {
    const place = await onShore(request, near);
    const data = { id: randomUUID(), ...place, bags: { full: 6 }, access, safe_from_tide: true, ready: true };
    const answer = await request.post('/api/v1/piles', { data });
    expect(answer.status(), await answer.text()).toBe(201);
    return (await answer.json()) as { id: string; code: string };
  };
  const piles = [];
  for (const place of BY_ROAD) piles.push(await leave(place, 'road'));
  for (const place of BY_SEA) piles.push(await leave(place, 'boat'));
  return { page, piles };
}

/** The codes of the piles of a route, in order. */
const codes = (route: ReturnType<Page['locator']>) => route.locator('li a').allInnerTexts();

test('a day by truck and boat is planned, changed, given out, driven without signal, weighed and thanked for', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(150_000); // a volunteer, a desk and a phone, one after the other
  const left = await volunteer(browser, baseURL);
  const desk = await hauler(browser, baseURL);
  await open(desk, '/plans');
  await expect(desk.getByText(/\d+ piles wait/)).toBeVisible();
  await desk.getByText('Choose piles').click();
  for (const { code } of left.piles) await desk.getByLabel(`${code}: 6 bags`).check();
  await desk.getByRole('button', { name: 'Find routes' }).click();
  await expect(desk).toHaveURL(/plans\/[0-9a-f-]{36}/);
  await expect(desk.locator('aside').getByText('Draft')).toBeVisible({ timeout: 60_000 });
  const route = (vehicle: string) => desk.locator('aside section.box', { has: desk.getByRole('heading', { name: vehicle }) });
  const [truck, boat] = [route('Kranbil 2'), route('Skjærgårdsbåten')];
  await expect(truck.locator('li a').first()).toBeVisible();
  await expect(boat.locator('li a').first()).toBeVisible();
  await expect(desk.getByText('Ways by road are estimates')).toBeVisible();
  // The ways are on the map, with every stop.
  const stops = (await truck.locator('.n').count()) + (await boat.locator('.n').count());
  await expect(desk.locator('.leaflet-container .stop:not(.depot)')).toHaveCount(stops);

  // Opened anew, the ways fill the map.
  await desk.reload();
  await expect(boat.locator('li a').first()).toBeVisible();
  await expect.poll(() => Number(new URL(desk.url()).hash.slice(1).split('/')[0])).toBeGreaterThanOrEqual(11);

  // A stop is dragged to another place: times and sums follow, beside what they were.
  const [first, second] = await codes(boat);
  const items = boat.locator('li');
  await items.nth(0).dragTo(items.nth(2), { targetPosition: { x: 40, y: 10 } });
  await expect.poll(async () => (await codes(boat)).slice(0, 2)).toEqual([second, first]);
  await expect(desk.getByRole('columnheader', { name: 'Before' })).toBeVisible();
  // With the keyboard it goes to the truck, which cannot get there: shown, not forbidden.
  await boat.getByRole('button', { name: `Move or keep ${first}` }).press('Enter');
  await boat.getByLabel(`Put ${first} into a route`).selectOption({ index: 1 });
  await expect(truck.locator('li', { hasText: first }).getByText('Not for this vehicle')).toBeVisible();
  // And back, where it fits best.
  await truck.getByRole('button', { name: `Move or keep ${first}` }).click();
  await truck.getByLabel(`Put ${first} into a route`).selectOption({ index: 1 });
  await expect(boat.locator('li', { hasText: first })).toBeVisible();
  await expect(desk.getByText('Not for this vehicle')).toHaveCount(0);
  const again = desk.waitForResponse((r) => r.url().endsWith('/searches') && r.ok());
  await desk.getByRole('button', { name: 'Plan the rest again' }).click();
  await again;
  await expect(desk.locator('aside').getByText('Draft')).toBeVisible({ timeout: 60_000 });
  await expect(boat.locator('li', { hasText: first }).getByText('Stays in this route')).toHaveCount(1);
  await desk.getByRole('button', { name: 'Give it to the drivers' }).click();
  await expect(desk.locator('aside').getByText('Given to the drivers')).toBeVisible();
  const order = await codes(boat);

  // The driver has it on a phone, and looks at it once with signal.
  const phone = await hauler(browser, baseURL, true);
  await open(phone, '/routes');
  // The boat may have another route that day.
  const plan = new URL(desk.url()).pathname.split('/').pop();
  const given = (await (await desk.request.get(`/api/v1/plans/${plan}`)).json()) as { routes: { id: string; kind: string }[] };
  const driven = `/routes/${given.routes.find((r) => r.kind === 'boat')?.id}`;
  await phone.locator(`aside a[href="${driven}"]`).click();
  await open(desk, driven);
  await expect(desk.getByText(/^0 of \d+ stops/)).toBeVisible();
  await expect(phone.getByRole('heading', { name: `1. ${order[0]}` })).toBeVisible();
  await phone.getByRole('button', { name: 'Set out' }).click();
  await phone.getByRole('button', { name: 'I am here' }).click();
  await expect(phone.getByText('You are here')).toBeVisible();
  await phone.getByRole('button', { name: 'Loaded' }).click();
  await expect(phone.getByRole('heading', { name: `2. ${order[1]}` })).toBeVisible();
  await expect(phone.getByText(/^On board: \d+ bags/)).toBeVisible();
  await expect(desk.getByText(/^1 of \d+ stops/)).toBeVisible(); // whoever looks at the route sees it

  // Out between the islands there is no signal: it goes on, and waits.
  await phone.context().setOffline(true);
  const rough = order[1] ?? '';
  for (const code of order.slice(1)) {
    const here = phone.getByRole('heading', { name: new RegExp(`\\d+\\. ${code}`) });
    await expect(here).toBeVisible();
    if (code === rough) {
      await phone.getByRole('button', { name: 'Not fetched' }).click();
      await phone.locator('aside').getByText('The sea is too rough').click();
      await phone.getByRole('button', { name: 'Not fetched' }).click();
    } else {
      await phone.getByText('Add a photo, or more bags').click();
      await phone.getByLabel('Take a photo').setInputFiles(PHOTO);
      await phone.getByRole('button', { name: 'Loaded' }).click();
    }
    await expect(here).toHaveCount(0);
  }
  await phone.getByRole('button', { name: 'Something more lies here' }).click();
  await phone.getByLabel('What is it?').fill('A fender');
  await phone.getByRole('button', { name: 'We take it along' }).click();
  // What was found is among what waits. Handing in without a weight would be refused when it is sent, where nobody can weigh any more.
  await expect(phone.getByText('waits for signal')).toHaveCount(order.length);
  await phone.getByRole('button', { name: 'Hand in and weigh' }).click();
  await expect(phone.getByRole('spinbutton', { name: 'Kilograms' })).toBeFocused();
  await phone.getByRole('spinbutton', { name: 'Kilograms' }).fill('163.5');
  await phone.getByRole('button', { name: 'Hand in and weigh' }).click();
  await expect(phone.getByText('waits for signal')).toHaveCount(order.length + 1);
  await expect(phone.getByText('Saved on your phone.')).toBeVisible();
  await phone.getByRole('spinbutton', { name: /Kilometres driven/ }).fill('31');
  await phone.getByRole('button', { name: 'We are back' }).click();
  await expect(phone.getByText(/· Done/)).toBeVisible();

  // With signal everything is sent, in order.
  await phone.context().setOffline(false);
  await expect(phone.getByText('waits for signal')).toHaveCount(0, { timeout: 30_000 });
  await expect(phone.getByText('Saved on your phone.')).toHaveCount(0);
  await expect(phone.getByText('1 bag found and taken along')).toBeVisible();
  await expect(phone.getByRole('button', { name: /waits? to be sent/ })).toHaveCount(0, { timeout: 30_000 });

  // The pile is closed for everyone, and whoever left it is told and thanked.
  const fetched = left.piles.find((p) => p.code === order[0]);
  await open(left.page, `/piles/${fetched?.id}`);
  await expect(left.page.locator('aside').getByText('Weighed and delivered')).toBeVisible();
  await open(left.page, '/messages');
  await expect(left.page.getByText(/The waste was weighed: [\d.]+ kg. Thank you!/)).toHaveCount(order.length - 1);
  await expect(left.page.getByText('The bags are fetched.')).toHaveCount(order.length - 1);
  // What the sea did not let be fetched is due again, with its reason.
  const due = (await (await desk.request.get('/api/v1/due-piles')).json()) as { code: string; why: string | null }[];
  expect(due.find((p) => p.code === rough)).toMatchObject({ why: 'sea_state' });
  await open(desk, '/haulage');
  const line = desk.locator('aside .card', { hasText: 'Skjærgårdsbåten' }).first();
  await expect(line).toContainText(/Driven: 31\s*km · .* · 163\.5\s*kg/);
  // On paper with its way along the shore; printing begins when that is drawn.
  await line.click();
  await desk.evaluate(() => (window.print = () => document.body.setAttribute('data-printed', 'yes')));
  await desk.getByRole('button', { name: 'Print' }).click();
  await expect(desk.locator('body')).toHaveAttribute('data-printed', 'yes');
  expect(await desk.locator('aside svg polyline.shore').count()).toBeGreaterThan(0);
});
