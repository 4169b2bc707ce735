import { expect, test, type Browser, type Page } from '@playwright/test';
import { open } from './helpers';

/** A hauler of the demonstration, on a desk or a phone. */
async function hauler(browser: Browser, baseURL: string | undefined, phone = false): Promise<Page> {
  const size = phone ? { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } : { viewport: { width: 1440, height: 900 } };
  const context = await browser.newContext({ baseURL: baseURL ?? '', locale: 'en-GB', timezoneId: 'Europe/Oslo', ...size });
  const page = await context.newPage();
  await open(page, '/about');
  await page.getByLabel('Who are you here?').selectOption('hauler');
  await expect(page.getByText('Agder Renovasjon', { exact: true })).toBeVisible();
  return page;
}

/** The codes of the piles of a route, in order. */
const codes = (route: ReturnType<Page['locator']>) => route.locator('li a').allInnerTexts();

test('a day by truck and boat is planned, changed, given out, driven without signal, weighed and thanked for', async ({
  browser,
  baseURL,
}) => {
  test.setTimeout(150_000); // a desk and a phone, one after the other
  const desk = await hauler(browser, baseURL);
  await open(desk, '/plans');
  await expect(desk.getByText(/\d+ piles wait/)).toBeVisible();
  await desk.getByRole('button', { name: 'Find routes' }).click();
  await expect(desk.locator('aside').getByText('Draft')).toBeVisible({ timeout: 30_000 });
  const truck = desk.locator('aside section', { hasText: 'Kranbil 2' });
  const boat = desk.locator('aside section', { hasText: 'Skjærgårdsbåten' });
  await expect(truck.locator('li a').first()).toBeVisible();
  await expect(boat.locator('li a').first()).toBeVisible();
  await expect(desk.getByText('Ways by road are estimates')).toBeVisible();
  // The ways are on the map, with every stop.
  const stops = (await truck.locator('.n').count()) + (await boat.locator('.n').count());
  await expect(desk.locator('.leaflet-container .stop:not(.depot)')).toHaveCount(stops);

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
  await desk.getByRole('button', { name: 'Plan the rest again' }).click();
  await expect(desk.locator('aside').getByText('Draft')).toBeVisible({ timeout: 30_000 });
  await expect(boat.locator('li', { hasText: first }).getByText('Stays in this route')).toHaveCount(1);
  await desk.getByRole('button', { name: 'Give it to the drivers' }).click();
  await expect(desk.locator('aside').getByText('Given to the drivers')).toBeVisible();
  const order = await codes(boat);

  // The driver has it on a phone, and looks at it once with signal.
  const phone = await hauler(browser, baseURL, true);
  await open(phone, '/routes');
  await phone.locator('aside a', { hasText: 'Skjærgårdsbåten' }).first().click();
  await expect(phone.getByRole('heading', { name: `1. ${order[0]}` })).toBeVisible();
  await phone.getByRole('button', { name: 'Set out' }).click();
  await phone.getByRole('button', { name: 'I am here' }).click();
  await expect(phone.getByText('You are here')).toBeVisible();
  await phone.getByRole('button', { name: 'Loaded' }).click();
  await expect(phone.getByRole('heading', { name: `2. ${order[1]}` })).toBeVisible();
  await expect(phone.getByText(/^On board: \d+ bags/)).toBeVisible();

  // Out between the islands there is no signal: it goes on, and waits.
  await phone.context().setOffline(true);
  await phone.getByRole('button', { name: 'Not fetched' }).click();
  await phone.locator('aside').getByText('The sea is too rough').click();
  await phone.getByRole('button', { name: 'Not fetched' }).click();
  for (const code of order.slice(2)) {
    const at = phone.getByRole('heading', { name: new RegExp(`\\d+\\. ${code}`) });
    await expect(at).toBeVisible();
    await phone.getByRole('button', { name: 'Loaded' }).click();
    await expect(at).toHaveCount(0);
  }
  await phone.getByRole('spinbutton', { name: 'Kilograms' }).fill('163.5');
  await phone.getByRole('button', { name: 'Hand in and weigh' }).click();
  await expect(phone.getByText('waits for signal')).toHaveCount(order.length);
  await phone.getByRole('spinbutton', { name: /Kilometres driven/ }).fill('31');
  await phone.getByRole('button', { name: 'We are back' }).click();
  await expect(phone.getByText(/· Done/)).toBeVisible();

  // With signal everything is sent, in order.
  await phone.context().setOffline(false);
  await expect(phone.getByText('waits for signal')).toHaveCount(0, { timeout: 30_000 });
  await expect(phone.getByRole('button', { name: /waits? to be sent/ })).toHaveCount(0);

  // The piles are closed for everyone; the one that was left is due again with its reason.
  const shown = async (code: string) => {
    await open(desk, `/gate/${code}`);
    const found = await desk.request.get(`/api/v1/codes/${code}`);
    const { piles } = (await found.json()) as { piles: { state: string; why: string | null }[] };
    return piles[0];
  };
  expect((await shown(order[0] ?? ''))?.state).toBe('weighed');
  expect(await shown(order[1] ?? '')).toMatchObject({ state: 'ready', why: 'sea_state' });
  await open(desk, '/haulage');
  await expect(desk.locator('aside tr', { hasText: 'Weighed' })).toContainText('163.5 kg');
  await expect(desk.locator('aside tr', { hasText: 'Driven' })).toContainText('31 km');
});
