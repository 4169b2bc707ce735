import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { follow, onShore, open, somebody, test, type Place } from './helpers';

// What haulers do on their screens beside the day of pickup.spec.ts.

/** Leaves bags on the shore of Arendal, as a volunteer would. */
async function leave(page: Page, near: { lon: number; lat: number }, more: object = {}) {
  const place = await onShore(page.request, near);
  const data = { id: randomUUID(), ...place, bags: { full: 4 }, access: 'road', safe_from_tide: true, ready: true, ...more };
  const answer = await page.request.post('/api/v1/piles', { data });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as { id: string; code: string };
}

const weekdays = (count: number) => {
  const days: string[] = [];
  for (const day = new Date(Date.now() + 86_400_000); days.length < count; day.setDate(day.getDate() + 1)) {
    if (![0, 6].includes(day.getDay())) days.push(day.toISOString().slice(0, 10));
  }
  return days;
};

async function plan(page: Page, data: object) {
  const answer = await page.request.post('/api/v1/plans', { data: { id: randomUUID(), ...data } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as { id: string };
}

test('a boat is added with what it holds and when it sails, changed, and taken out of use', async ({ browser, baseURL }) => {
  const page = await somebody(browser, baseURL, 'hauler');
  await open(page, '/fleet#13/58.46/8.77');
  await page.getByRole('button', { name: 'Add a vehicle' }).click();
  await page.locator('aside').getByText('Boat', { exact: true }).click();
  const name = `Båten ${Date.now()}`;
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Bags', { exact: true }).fill('35');
  await page.getByLabel('Draught, m').fill('0.8');
  await page.getByLabel('From', { exact: true }).fill('08:30');
  const box = (await page.locator('.leaflet-container').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.click(box.x + box.width / 2 + 60, box.y + box.height / 2 + 60); // beside its pin
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const line = page.locator('aside li', { hasText: name });
  await expect(line).toContainText('35 bags');
  const fleet = (await (await page.request.get('/api/v1/vehicles')).json()) as { name: string; depot: Place }[];
  const depot = fleet.find((v) => v.name === name)?.depot;
  expect(depot?.lon).toBeGreaterThan(8.771); // where the map was tapped, not in its middle
  expect(depot?.lat).toBeLessThan(58.459);
  await line.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Bags', { exact: true }).fill('45');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(line).toContainText('45 bags');
  await line.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('button', { name: 'Take out of use' }).click();
  const again = page.getByRole('button', { name: `Put back in use: ${name}` });
  const unfold = () => page.locator('aside details').evaluate((d) => ((d as HTMLDetailsElement).open = true));
  await expect(page.getByText('Out of use', { exact: true })).toBeVisible();
  await unfold();
  await again.click();
  await line.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('button', { name: 'Take out of use' }).click();
  await expect(page.getByText('Out of use', { exact: true })).toBeVisible();
  await unfold();
  await expect(again).toBeVisible();
});

test('a route that was given out by mistake is taken back, which its driver sees at once', async ({ browser, baseURL }) => {
  const [left, desk, driver] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler'), await somebody(browser, baseURL, 'hauler')];
  await left.request.post('/api/v1/session');
  const pile = await leave(left, { lon: 8.77, lat: 58.45 }, { bags: { full: 9 } });
  const asked = await plan(desk, { days: weekdays(1), piles: [pile.id] });
  await open(desk, `/plans/${asked.id}`);
  await desk.getByRole('button', { name: 'Give it to the drivers' }).click();
  await expect(desk.locator('aside').getByText('Given to the drivers')).toBeVisible();
  const { routes } = (await (await desk.request.get(`/api/v1/plans/${asked.id}`)).json()) as { routes: { id: string; vehicle_name: string }[] };
  await open(driver, `/routes/${routes[0]?.id}`);
  await expect(driver.getByRole('button', { name: 'Set out' })).toBeVisible();
  await desk.getByRole('button', { name: 'Take the route back' }).click();
  await expect(desk.getByRole('alert')).toContainText('Its bags are due again');
  await desk.getByRole('button', { name: 'Take the route back' }).click();
  await expect(desk.locator('aside').getByText('Taken back', { exact: true })).toBeVisible();
  await expect(desk.locator('aside').getByText('Given to the drivers')).toHaveCount(0); // it was its only route
  await expect(driver.getByText('This route was taken back.', { exact: false })).toBeVisible();
  await expect(driver.getByRole('button', { name: 'Set out' })).toHaveCount(0);
  await open(driver, '/messages');
  await expect(driver.getByText(`The route of ${routes[0]?.vehicle_name}`, { exact: false }).first()).toBeVisible();
  const due = (await (await desk.request.get('/api/v1/due-piles')).json()) as { id: string }[];
  expect(due.map((p) => p.id)).toContain(pile.id);
});

test('a search that goes on shows how far it is and can be stopped; two days make routes on both', async ({ browser, baseURL }) => {
  test.setTimeout(120_000); // sixty piles, so that the search takes a while in a build for tests
  const [left, desk] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler')];
  await left.request.post('/api/v1/session');
  const piles = [];
  for (let i = 0; i < 60; i++) piles.push(await leave(left, { lon: 8.74 + (i % 10) * 0.012, lat: 58.43 + Math.floor(i / 10) * 0.006 }, { bags: { full: 9 } }));
  const [first, second] = weekdays(2);
  await open(desk, '/plans');
  const asked = await plan(desk, { days: [first, second], piles: piles.map((p) => p.id) });
  await follow(desk, `/plans/${asked.id}`); // the search goes on meanwhile
  await expect(desk.getByText('Looking for routes for 60 piles …')).toBeVisible();
  await expect(desk.getByText(/^About \d+ seconds? left.· Best so far: NOK/)).toBeVisible({ timeout: 30_000 });
  await desk.getByRole('button', { name: 'Stop' }).click();
  await expect(desk).toHaveURL(/\/plans(#|$)/);
  const stopped = (await (await desk.request.get(`/api/v1/plans/${asked.id}`)).json()) as { plan: { state: string } };
  expect(stopped.plan.state).toBe('dropped');
  const some = await plan(desk, { days: [first, second], piles: piles.map((p) => p.id) });
  await open(desk, `/plans/${some.id}`);
  await expect(desk.locator('aside').getByText('Draft')).toBeVisible({ timeout: 60_000 });
  const shown = (await (await desk.request.get(`/api/v1/plans/${some.id}`)).json()) as { plan: { left: object[] }; routes: { day: string; stops: object[] }[] };
  expect(shown.plan.left).toEqual([]);
  expect(new Set(shown.routes.filter((r) => r.stops.length > 0).map((r) => r.day)).size).toBe(2);
  await desk.getByRole('button', { name: 'Let the plan go' }).click();
  await expect(desk).toHaveURL(/\/plans(#|$)/);
});

test('a route is shared by a link that shows it to others, and goes on after a reload without signal', async ({ browser, baseURL }) => {
  test.setTimeout(90_000);
  const [left, hauler, other] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler'), await somebody(browser, baseURL)];
  await left.request.post('/api/v1/session');
  const piles = [await leave(left, { lon: 8.7585, lat: 58.4415 }), await leave(left, { lon: 8.8605, lat: 58.4545 })];
  const [, , day] = weekdays(3);
  const asked = await plan(hauler, { days: [day], piles: piles.map((p) => p.id) });
  await open(hauler, `/plans/${asked.id}`);
  await expect(hauler.locator('aside').getByText('Draft')).toBeVisible({ timeout: 30_000 });
  await hauler.getByRole('button', { name: 'Give it to the drivers' }).click();
  await expect(hauler.locator('aside').getByText('Given to the drivers')).toBeVisible();
  const { routes } = (await (await hauler.request.get(`/api/v1/plans/${asked.id}`)).json()) as {
    routes: { id: string; vehicle_name: string; stops: { id: string; lat: number; lon: number; name: string }[] }[];
  };
  const route = routes.find((r) => r.stops.length > 0);
  await hauler.waitForFunction(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
  await open(hauler, `/routes/${route?.id}`);
  // To the stop by what the phone has for maps.
  const stop = route?.stops[0];
  await expect(hauler.getByRole('link', { name: 'Navigate' })).toHaveAttribute('href', `geo:${stop?.lat},${stop?.lon}?q=${stop?.lat},${stop?.lon}`);
  await hauler.getByRole('button', { name: 'Set out' }).click();
  await expect(hauler.getByRole('button', { name: 'Set out' })).toHaveCount(0);
  await expect(hauler.getByRole('button', { name: 'Loaded' })).toBeVisible();
  await hauler.getByRole('button', { name: 'A link for a day' }).click();
  const link = hauler.getByText(/\/routes\/[0-9a-f-]+\?key=/);
  await expect(link).toBeVisible();
  const address = new URL(await link.innerText());
  await open(other, address.pathname + address.search);
  await expect(other.locator('aside').getByText(stop?.name ?? '').first()).toBeVisible();
  await expect(other.getByRole('button', { name: 'Loaded' })).toHaveCount(0);
  await hauler.getByRole('button', { name: 'End the link' }).click();
  await expect(link).toHaveCount(0);
  await open(other, address.pathname + address.search);
  await expect(other.getByRole('alert')).toBeVisible();
  // Out of signal the phone restarts, and the route is still there with what was done.
  await hauler.context().setOffline(true);
  await hauler.getByRole('button', { name: 'Loaded' }).click();
  await expect(hauler.getByText('waits for signal')).toHaveCount(1);
  await hauler.reload();
  await expect(hauler.getByText('waits for signal')).toHaveCount(1);
  await expect(hauler.getByRole('heading', { name: `2. ${route?.stops[1]?.name}` })).toBeVisible();
  await hauler.getByRole('button', { name: /waits to be sent/ }).click();
  await expect(hauler.locator('aside .boxes').getByText(`${route?.vehicle_name}: ${stop?.name}`)).toBeVisible();
  await hauler.goBack();
  await expect(hauler.getByText('waits for signal')).toHaveCount(1);
  await hauler.context().setOffline(false);
  await expect(hauler.getByText('waits for signal')).toHaveCount(0, { timeout: 30_000 });
  // A counter that was misread is asked about once.
  await hauler.getByRole('spinbutton', { name: /Kilometres driven/ }).fill('1900');
  await hauler.getByRole('button', { name: 'We are back' }).click();
  await expect(hauler.getByRole('alert')).toContainText('km were planned. Press once more if the counter really says this.');
  await hauler.getByRole('button', { name: 'We are back' }).click();
  await expect(hauler.getByText(/· Done/)).toBeVisible();
});

test('who drives a vehicle says so, is told of its route and has it first', async ({ browser, baseURL }) => {
  const [left, desk, driver] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler'), await somebody(browser, baseURL, 'hauler')];
  await left.request.post('/api/v1/session');
  const name = `Bil ${randomUUID().slice(0, 8)}`;
  const vehicle = { id: randomUUID(), name, kind: 'truck', depot: { lon: 8.741, lat: 58.477 }, capacity: { litres: 8000, kg: 3000, bags: 80 },
    from: '07:00:00', until: '15:00:00', speed_kmh: 40, cost_per_km: 10, cost_per_hour: 500 };
  expect((await desk.request.post('/api/v1/vehicles', { data: vehicle })).status()).toBe(201);
  await open(driver, '/routes');
  const box = driver.getByRole('checkbox', { name });
  // With the keyboard; it is kept.
  const said = (what: string) => driver.waitForResponse((r) => r.url().endsWith(`/vehicles/${vehicle.id}/${what}`) && r.status() === 200);
  const taken = said('drivers');
  await box.focus();
  await driver.keyboard.press('Space');
  await taken;
  await expect(box).toBeFocused();
  await driver.reload();
  await expect(box).toBeChecked();
  const pile = await leave(left, { lon: 8.7585, lat: 58.4415 });
  const [day] = weekdays(1);
  const asked = await plan(desk, { days: [day], piles: [pile.id], vehicles: [vehicle.id] });
  await open(desk, `/plans/${asked.id}`);
  await desk.getByRole('button', { name: 'Give it to the drivers' }).click({ timeout: 30_000 });
  await expect(desk.locator('aside').getByText('Given to the drivers')).toBeVisible();
  const told = async (page: Page) => JSON.stringify(await (await page.request.get('/api/v1/messages')).json()).includes(name);
  expect([await told(driver), await told(desk)]).toEqual([true, false]);
  await open(driver, '/routes');
  await expect(driver.locator('aside .card').first()).toContainText(name);
  // Without signal what one has said last stands, also when one comes back to it.
  await driver.context().setOffline(true);
  await box.uncheck();
  await driver.getByRole('link', { name: 'What the routes came to' }).click();
  await driver.goBack();
  await expect(box).not.toBeChecked();
  const left_it = said('drivers/departures');
  await driver.context().setOffline(false);
  await left_it;
  await driver.reload();
  await expect(box).not.toBeChecked();
  // Others plan with the fleet of the demonstration.
  expect((await desk.request.post(`/api/v1/vehicles/${vehicle.id}/retirements`, { data: {} })).status()).toBe(200);
});

test('a plan is made for one municipality of several', async ({ browser, baseURL }) => {
  const [left, desk] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler')];
  await left.request.post('/api/v1/session');
  const here = await leave(left, { lon: 8.7585, lat: 58.4415 });
  const there = await leave(left, { lon: 8.6, lat: 58.335 });
  const areas = (await (await desk.request.get('/api/v1/due-areas')).json()) as { id: string; name: string; kind: string }[];
  expect(areas.map((a) => a.name)).toEqual(expect.arrayContaining(['Arendal', 'Grimstad']));
  await open(desk, '/plans');
  await desk.getByText('Choose piles').click();
  await expect(desk.getByLabel(`${here.code}: 4 bags`)).toBeVisible();
  await desk.locator('aside form').getByRole('combobox').selectOption({ value: areas.find((a) => a.name === 'Grimstad')?.id ?? '' });
  await expect(desk.getByLabel(`${here.code}: 4 bags`)).toHaveCount(0);
  await expect(desk.getByLabel(`${there.code}: 4 bags`)).toBeVisible();
  await desk.getByRole('button', { name: 'Find routes' }).click();
  await expect(desk).toHaveURL(/\/plans\/[0-9a-f-]+/);
  const id = new URL(desk.url()).pathname.split('/').pop();
  const { plan: made } = (await (await desk.request.get(`/api/v1/plans/${id}`)).json()) as { plan: { piles: string[] } };
  expect([made.piles.includes(there.id), made.piles.includes(here.id)]).toEqual([true, false]);
});
