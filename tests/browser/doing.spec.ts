import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { PHOTO, at, drawSquare, onShore, open, reportBySomebody, saved, somebody, test } from './helpers';

// What people do on their own screens beside the story from report to thanks (story.spec.ts).

const heading = (page: Page, text: string) => page.locator('aside').getByText(text, { exact: true }).first();

test('a stretch is adopted by a school, granted by the municipality, and known to whoever comes there', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.8655, lat: 58.4405 });
  const [school, staff, passer] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'staff'), await somebody(browser, baseURL)];
  await open(school, `/adopt/${at(place)}#15/${place.lat}/${place.lon}`);
  await expect(school.getByText(/^Chosen: [1-9]/)).toBeVisible();
  await school.getByLabel('What is the place called?').fill('Spornesbukta');
  await school.getByText('A school').click();
  await school.getByLabel('Your name or group').fill('Roligheden skole');
  await school.getByRole('button', { name: 'Ask to adopt' }).click();
  await expect(school.getByText('waits for an answer')).toBeVisible();
  await open(staff, '/desk');
  await staff.getByRole('link', { name: /Spornesbukta/ }).click();
  await staff.getByRole('button', { name: 'Approve' }).click();
  await staff.getByRole('button', { name: 'Start kit handed out' }).click();
  await expect(staff.getByText('The start kit was handed out.')).toBeVisible();
  await open(school, '/messages');
  await expect(school.locator('aside .card').first()).toContainText('approved');
  await school.locator('aside .card').first().click();
  await school.getByRole('button', { name: 'Take a break' }).click();
  await expect(school.getByText('having a break')).toBeVisible();
  await school.getByRole('button', { name: 'Go on' }).click();
  await expect(school.getByRole('button', { name: 'Take a break' })).toBeVisible();
  await expect(school.getByText(/Since /)).toBeVisible();
  await open(passer, `/place/${at(place)}`);
  await passer.getByRole('link', { name: 'The story of this stretch' }).click();
  await expect(passer.getByText('Roligheden skole looks after this stretch')).toBeVisible();
});

test('how a stretch looks is told from the beach, and is part of its story', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.8715, lat: 58.4425 });
  const page = await somebody(browser, baseURL);
  await open(page, `/place/${at(place)}`);
  await page.getByRole('link', { name: 'How does it look?' }).click();
  await expect(page.getByText(/^Chosen: [1-9]/)).toBeVisible();
  await page.getByText('Wherever one looks').click();
  await page.getByText('From a boat').click();
  await expect(page.getByLabel('Not so sure')).toBeChecked(); // from a boat one sees less
  await page.getByLabel('Anything else?').fill('Mostly ropes');
  await page.getByRole('button', { name: 'Tell it' }).click();
  await expect(page).toHaveURL(/stretches/);
  const told = page.getByRole('listitem').filter({ hasText: 'Wherever one looks' });
  await expect(told).toContainText('Mostly ropes');
  await expect(told).toContainText('From a boat · Not so sure');
});

test('a whole island is adopted at once; the mainland is told to be none', async ({ browser, baseURL }) => {
  const page = await somebody(browser, baseURL);
  await open(page, `/adopt/58.39950,8.78770#14/58.3995/8.7877`);
  const chosen = page.getByText(/^Chosen: [1-9]/);
  const first = (await chosen.textContent()) ?? '';
  await page.getByRole('button', { name: 'The whole island' }).click();
  await expect(chosen).not.toHaveText(first);
  await page.getByLabel('What is the place called?').fill('Store Torungen');
  await page.getByLabel('Your name or group').fill('Fyrets venner');
  const sent = page.waitForRequest((r) => r.url().endsWith('/api/v1/adoptions') && r.method() === 'POST');
  await page.getByRole('button', { name: 'Ask to adopt' }).click();
  const { stretches } = (await sent).postDataJSON() as { stretches: { lon: number; lat: number }[] };
  // All around: there is shore to the north and south, east and west of the middle.
  const [lons, lats] = [stretches.map((s) => s.lon), stretches.map((s) => s.lat)];
  expect(stretches.length).toBeGreaterThan(3);
  expect([Math.max(...lons) - Math.min(...lons), Math.max(...lats) - Math.min(...lats)].map((d) => d > 0.001)).toEqual([true, true]);
  await expect(page.getByText('waits for an answer')).toBeVisible();
  await open(page, '/adopt/58.50000,8.90000#12/58.5/8.9');
  await page.getByRole('button', { name: 'The whole island' }).click();
  await expect(page.getByText(/does not go around an island/)).toBeVisible();
});

test('who is too many waits, is told when there is room, and whoever leaves late is asked why', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.945, lat: 58.471 });
  const [organiser, first, second] = [await somebody(browser, baseURL), await somebody(browser, baseURL), await somebody(browser, baseURL)];
  await open(organiser, `/plan/${at(place)}`);
  // In three hours, where the coast is: whoever leaves then leaves late.
  const [day = '', hour = ''] = new Date(Date.now() + 3 * 3_600_000).toLocaleString('sv', { timeZone: 'Europe/Oslo' }).split(' ');
  await organiser.getByLabel('Day', { exact: true }).fill(day);
  await organiser.getByLabel('From').fill(hour.slice(0, 5));
  await organiser.getByText('More: name, meeting point, what to bring').click();
  await organiser.getByLabel('Name of the cleanup').fill('A small boat goes');
  await organiser.getByLabel('Most people').fill('2');
  await organiser.getByRole('button', { name: 'Save the plan' }).click();
  await expect(heading(organiser, 'A small boat goes')).toBeVisible();
  const cleanup = new URL(organiser.url()).pathname;
  for (const [page, people, told] of [[first, '2', 'You are coming.'], [second, '1', 'You are on the waiting list.']] as const) {
    await open(page, cleanup);
    await page.getByLabel('How many are you?').fill(people);
    await page.getByRole('button', { name: 'Join' }).click();
    await expect(page.getByText(told)).toBeVisible();
  }
  await expect(organiser.getByText('1 on the waiting list')).toBeVisible();
  await organiser.getByLabel('Write to those who come').fill('Bring boots');
  await organiser.getByRole('button', { name: 'Send the message' }).click();
  await open(first, '/messages');
  await expect(first.getByText('“Bring boots”')).toBeVisible();
  await open(first, cleanup);
  await first.getByRole('button', { name: 'I cannot come' }).click();
  await expect(first.getByText('It is less than a day away. Would you say why?')).toBeVisible();
  await first.locator('aside .ask textarea').fill('The child is ill');
  await first.locator('aside .ask').getByRole('button', { name: 'I cannot come' }).click();
  await expect(second.getByText('You are coming.')).toBeVisible();
  await open(second, '/messages');
  await expect(second.locator('aside .card').first()).toBeVisible();
  await organiser.getByRole('button', { name: 'Cancel it' }).click();
  await organiser.locator('aside .ask textarea').fill('Storm');
  await organiser.locator('aside .ask').getByRole('button', { name: 'Cancel it' }).click();
  await expect(heading(organiser, 'Cancelled')).toBeVisible();
  await open(second, '/messages');
  await expect(second.getByText('“Storm”')).toBeVisible();
});

test('who acts for the first time is told what comes of it, without opening the page again', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.951, lat: 58.474 });
  const [volunteer, hauler] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler')];
  await open(volunteer, `/bags/${at(place)}`);
  await expect(volunteer.getByRole('button', { name: /unread message/ })).toHaveCount(0);
  await expect(volunteer.getByText('fetches here.')).toBeVisible(); // the last that is inserted above the button
  await volunteer.getByRole('button', { name: 'One more: Full bags' }).click();
  await volunteer.getByRole('button', { name: 'Tell about the bags' }).click();
  await expect(volunteer).toHaveURL(/\/piles\//);
  const pile = new URL(volunteer.url()).pathname;
  expect((await hauler.request.post(`/api/v1${pile}/acceptances`, { data: {} })).status()).toBe(200);
  const unread = volunteer.getByRole('button', { name: '1 unread message' });
  await unread.click();
  await expect(volunteer.locator('aside .card')).toHaveCount(1);
  await expect(unread).toHaveCount(0);
  // What comes while nobody looks is not read.
  const look = (state: 'hidden' | 'visible') =>
    volunteer.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await look('hidden');
  expect((await hauler.request.post(`/api/v1${pile}/collections`, { data: {} })).status()).toBe(200);
  await expect(volunteer.locator('aside .card')).toHaveCount(2);
  await expect(unread).toBeVisible();
  await look('visible');
  await expect(unread).toHaveCount(0);
});

test('a cleanup is planned again, and the days on which the place does not allow it are told', async ({ browser, baseURL }) => {
  // The bird reserve is closed from the middle of April: a cleanup in March, repeated monthly, meets it.
  const page = await somebody(browser, baseURL);
  const year = new Date().getFullYear() + 1;
  await page.request.post('/api/v1/session');
  const from = new Date(`${year}-03-20T10:00:00Z`);
  const inside = { lon: 8.7877, lat: 58.3995 };
  const plan = { id: randomUUID(), ...inside, from, until: new Date(from.getTime() + 7_200_000), organiser_kind: 'person', open: false };
  const made = await page.request.post('/api/v1/cleanups', { data: plan });
  expect(made.status(), await made.text()).toBe(201);
  await open(page, `/cleanups/${plan.id}`);
  await page.getByText('Repeat the cleanup').click();
  await page.getByLabel('Repeat so many times').fill('2');
  await page.getByLabel('How often?').selectOption('month');
  await page.getByRole('button', { name: 'Save the plan' }).click();
  await expect(page.getByText(`Not 20 Apr ${year}`, { exact: false })).toBeVisible();
  await expect(page.getByText(`Not 20 May ${year}`, { exact: false })).toBeVisible();
});

test('a poster with its map, and ten tags for bags, are one page of A4 each', async ({ page, request }) => {
  const cleanups = (await (await request.get('/api/v1/cleanups')).json()) as { features: { properties: { id: string } }[] };
  const id = cleanups.features[0]?.properties.id;
  for (const what of ['poster', 'tags']) {
    await open(page, `/print/${what}-${id}`);
    const pictures = page.locator('aside article img');
    await expect(pictures).toHaveCount(what === 'poster' ? 2 : 10);
    await expect.poll(() => pictures.evaluateAll((all) => all.every((i) => (i as HTMLImageElement).naturalWidth > 0))).toBe(true);
    const margin = { top: '10mm', bottom: '10mm', left: '10mm', right: '10mm' };
    const pdf = (await page.pdf({ format: 'A4', margin, path: `../../var/pictures/${what}.pdf` })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g), what).toHaveLength(1);
  }
});

test('bags are split and carried together, declined with a reason, failed, fetched, and one is taken by the sea', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.8695, lat: 58.4415 });
  const [maker, hauler] = [await somebody(browser, baseURL), await somebody(browser, baseURL, 'hauler')];
  await open(maker, `/bags/${at(place)}`);
  await maker.getByRole('spinbutton', { name: 'Full bags' }).fill('6');
  await maker.getByRole('spinbutton', { name: 'Full bags' }).press('Tab');
  await maker.getByRole('button', { name: 'Tell about the bags' }).click();
  await expect(maker).toHaveURL(/piles/);
  const pile = new URL(maker.url()).pathname;
  await maker.getByRole('button', { name: 'Split' }).click();
  await maker.getByRole('spinbutton', { name: 'Full bags' }).fill('2');
  await maker.getByRole('spinbutton', { name: 'Full bags' }).press('Tab');
  await maker.locator('aside form').getByRole('button', { name: 'Split' }).click();
  await expect(heading(maker, '4 bags')).toBeVisible();
  await open(maker, pile);
  await maker.getByRole('button', { name: /^Carry the bags over to/ }).first().click();
  await expect(heading(maker, 'Merged with another')).toBeVisible();
  const { features } = (await (await request.get('/api/v1/piles')).json()) as { features: { properties: { id: string; lat: number; lon: number; parts: { bags: { full: number } }[]; state: string } }[] };
  const whole = features.map((f) => f.properties).find((p) => Math.hypot(p.lat - place.lat, p.lon - place.lon) < 1e-4 && p.state !== 'merged');
  expect(whole?.parts.reduce((sum, p) => sum + p.bags.full, 0)).toBe(6);
  await open(hauler, `/piles/${whole?.id}`);
  await hauler.getByRole('button', { name: 'Yes, we fetch it' }).click();
  await expect(heading(hauler, 'Will be fetched')).toBeVisible();
  await hauler.getByRole('button', { name: 'Could not fetch it' }).click();
  await hauler.locator('aside .ask textarea').fill('The gate is locked');
  await hauler.locator('aside .ask').getByRole('button', { name: 'Could not fetch it' }).click();
  await open(maker, '/messages');
  await expect(maker.getByText('“The gate is locked”')).toBeVisible();
  await open(maker, `/piles/${whole?.id}`);
  await maker.getByRole('button', { name: 'The sea took it' }).click();
  await maker.locator('aside .ask').getByRole('button', { name: 'The sea took it' }).click();
  await expect(heading(maker, 'Lost to the sea')).toBeVisible();
});

test('two weighings that wait for the signal at the gate are both sent', async ({ browser, baseURL, request }) => {
  const page = await somebody(browser, baseURL, 'staff');
  const left: { id: string; code: string }[] = [];
  await request.post('/api/v1/session');
  for (const lon of [8.911, 8.915]) {
    const place = await onShore(request, { lon, lat: 58.449 });
    const data = { id: randomUUID(), ...place, bags: { full: 3 }, access: 'road', safe_from_tide: true, ready: true };
    left.push((await (await request.post('/api/v1/piles', { data })).json()) as { id: string; code: string });
  }
  await open(page, '/gate');
  await page.route('**/api/v1/weighings', (route) => route.abort());
  for (const [n, { code }] of left.entries()) {
    await page.getByRole('textbox', { name: /^Code/ }).fill(code);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(new RegExp(code));
    await expect(page.getByLabel('Kilograms')).toHaveValue('');
    await page.getByLabel('Kilograms').fill(`${20 + n}`);
    await page.getByRole('button', { name: 'Save the weight' }).click();
    await expect(page.getByRole('button', { name: n === 0 ? '1 waits to be sent' : '2 wait to be sent' })).toBeVisible();
    await expect(page.getByText('Saved on your phone.')).toBeVisible();
  }
  await page.unroute('**/api/v1/weighings');
  await expect(page.getByRole('button', { name: /to be sent/ })).toHaveCount(0, { timeout: 30_000 });
  for (const [n, { id }] of left.entries()) {
    const shown = (await (await page.request.get(`/api/v1/piles/${id}`)).json()) as { pile: object };
    expect(shown.pile).toMatchObject({ state: 'weighed', weighing: { weight_kg: 20 + n } });
  }
});

test('larger equipment is borrowed until a day and brought back; a box is filled up and counted', async ({ browser, baseURL, request }) => {
  const points = (await (await request.get('/api/v1/equipment')).json()) as { features: { properties: { id: string; name: string } }[] };
  const point = points.features.find((f) => f.properties.name.startsWith('Pollen'))?.properties;
  const page = await somebody(browser, baseURL);
  await open(page, `/equipment/${point?.id}`);
  await page.locator('summary', { hasText: 'Borrow' }).click();
  await page.getByLabel('What?').selectOption('scale');
  await page.getByLabel('Your name or group').fill('Ola');
  await page.getByLabel('Until').fill(new Date(Date.now() + 5 * 86_400_000).toLocaleDateString('sv'));
  await page.getByRole('button', { name: 'Borrow' }).click();
  // Who it is, only staff read; what is left can be borrowed next.
  await expect(page.getByText(/^scale: borrowed by A volunteer until/)).toBeVisible();
  await expect(page.getByLabel('What?')).toHaveValue('grabbers');
  const staff = await somebody(browser, baseURL, 'staff');
  await open(staff, `/equipment/${point?.id}`);
  await expect(staff.getByText(/^scale: borrowed by Ola until/)).toBeVisible();
  await page.getByRole('button', { name: 'Brought back' }).click();
  await expect(page.getByText(/borrowed by/)).toHaveCount(0);
  await page.getByRole('button', { name: 'I filled it up' }).click();
  await page.getByRole('spinbutton', { name: 'gloves' }).fill('7');
  await page.getByRole('spinbutton', { name: 'gloves' }).press('Tab');
  await page.getByRole('button', { name: 'Save the numbers' }).click();
  await expect(page.getByText('Thank you! It is noted.')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'gloves' })).toContainText('27');
});

test('staff change what a box and a reception site say, and everybody reads it', async ({ browser, baseURL, request }) => {
  const staff = await somebody(browser, baseURL, 'staff');
  const place = { lon: 8.79, lat: 58.4565 };
  const make = async (what: string, more: object) =>
    ((await (await staff.request.post(`/api/v1/${what}`, { data: { id: randomUUID(), ...place, ...more } })).json()) as { id: string }).id;
  const box = await make('equipment', { name: 'Boksen', stock: [{ item: 'bags', count: 12, enough: 20 }] });
  const site = await make('sites', { name: 'Stasjonen', takes: ['litter'] });
  await open(staff, `/equipment/${box}`);
  await staff.getByText('Change what it says').click();
  await staff.getByLabel('Name', { exact: true }).fill('Boksen ved brua');
  await staff.getByRole('spinbutton', { name: 'bags', exact: true }).fill('60');
  await staff.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(staff.getByRole('heading', { name: 'Boksen ved brua' })).toBeVisible();
  const shown = (await (await request.get(`/api/v1/equipment/${box}`)).json()) as { point: { stock: object[] } };
  expect(shown.point.stock).toEqual([{ item: 'bags', count: 12, enough: 60 }]);
  await open(staff, `/sites/${site}`);
  await staff.getByText('Change what it says').click();
  await staff.getByLabel('Opening hours').fill('nine to five');
  // A colleague changes it meanwhile: what is being entered stays.
  const told = await staff.request.post(`/api/v1/sites/${site}/descriptions`, { data: { name: 'Stasjonen', takes: ['litter'], phone: '37 01 30 00' } });
  expect(told.status(), await told.text()).toBe(200);
  await expect(staff.getByRole('link', { name: '37 01 30 00' })).toBeVisible();
  await expect(staff.getByLabel('Opening hours')).toHaveValue('nine to five');
  await staff.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(staff.getByRole('alert')).toContainText('Look at the opening hours.');
  await staff.getByLabel('Opening hours').fill('24/7');
  await staff.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(staff.getByText('Saved.')).toBeVisible();
  await expect(staff.getByRole('link', { name: '37 01 30 00' })).toBeVisible(); // and so does what the colleague has entered
  const reader = await somebody(browser, baseURL);
  await open(reader, `/sites/${site}`);
  await expect(reader.locator('aside').getByText('open now')).toBeVisible();
  await expect(reader.getByText('Change what it says')).toHaveCount(0);
});

test('a whole stretch is given to a crew by drawing around it; the crew shows before and after, and it stays apart from volunteers', async ({ browser, baseURL, request }) => {
  test.setTimeout(90_000);
  const place = await onShore(request, { lon: 8.7665, lat: 58.4115 });
  const [staff, crew] = [await somebody(browser, baseURL, 'staff'), await somebody(browser, baseURL)];
  await staff.setViewportSize({ width: 1600, height: 900 });
  await open(staff, `/desk#16/${place.lat}/${place.lon}`);
  await staff.locator('summary', { hasText: 'Give to a crew' }).click();
  await staff.getByRole('button', { name: 'Draw around them on the map' }).click();
  await drawSquare(staff, 150);
  await expect(staff.getByText(/^The whole stretch as well: [1-9]/)).toBeVisible();
  const what = `Clear the whole bay ${Date.now()}`;
  await staff.getByLabel('What is to be done?').fill(what);
  await staff.locator('aside').getByLabel('Crew').selectOption('Kystlaget Arendal');
  await staff.getByRole('button', { name: 'Give the order' }).click();
  await expect(staff).toHaveURL(/orders/);
  await crew.request.post('/api/v1/demo/role', { data: { role: 'crew', municipality: '4203' } });
  await open(crew, '/day');
  // The map shows the crew's own work.
  await expect(crew.locator(`.leaflet-marker-icon[title*="${what}"]`).or(crew.locator('.leaflet-marker-icon.cluster')).first()).toBeVisible();
  await crew.getByRole('link', { name: new RegExp(what) }).click();
  await crew.getByRole('button', { name: 'We take it' }).click();
  await crew.getByRole('button', { name: 'We have started' }).click();
  const pickers = crew.locator('aside input[type=file]');
  await pickers.nth(0).setInputFiles(PHOTO);
  await pickers.nth(1).setInputFiles(PHOTO);
  await expect(crew.locator('aside .picture img')).toHaveCount(2);
  await crew.getByRole('spinbutton', { name: 'Full bags' }).fill('5');
  await crew.getByRole('button', { name: 'Done' }).click();
  await expect(heading(crew, 'Done, waits for approval')).toBeVisible();
  await staff.getByRole('button', { name: 'Approve' }).click();
  await expect(heading(staff, 'Approved')).toBeVisible();
  await open(crew, `/place/${at(place)}`);
  await crew.getByRole('link', { name: 'The story of this stretch' }).click();
  await expect(crew.locator('.card', { hasText: what })).toContainText('Professionals');
  await expect(crew.locator('aside')).not.toContainText('kg weighed');
});

test('what one does not want to hear is not told', async ({ browser, baseURL, request }) => {
  const page = await somebody(browser, baseURL);
  await page.request.post('/api/v1/session');
  await open(page, '/messages');
  await page.getByText('What do you want to hear about?').click();
  await page.getByRole('checkbox').first().uncheck();
  await page.getByLabel('How many times a year may we ask you to join?').fill('2');
  await page.keyboard.press('Tab');
  const choice = async () => ((await (await page.request.get('/api/v1/messages')).json()) as { choice: { off: string[]; asks_a_year: number | null } }).choice;
  await expect.poll(choice).toMatchObject({ off: ['hotspot_cleaned'], asks_a_year: 2 });
  // What waits is shown as chosen, also by an app that was opened again; what is refused then stands as it was.
  await page.route('**/api/v1/messages/*', (route) => route.abort());
  const asks = page.getByLabel('How many times a year may we ask you to join?');
  await asks.fill('400');
  await page.keyboard.press('Tab');
  await saved(page);
  await open(page, '/messages');
  await page.getByText('What do you want to hear about?').click();
  await expect(asks).toHaveValue('400');
  await page.unroute('**/api/v1/messages/*');
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await expect(asks).toHaveValue('2');
  const id = await reportBySomebody(page.request, await onShore(request, { lon: 8.985, lat: 58.515 }));
  const other = await somebody(browser, baseURL);
  await other.request.post('/api/v1/session');
  await other.request.post(`/api/v1/hotspots/${id}/cleanings`, { data: {} });
  const kinds = ((await (await page.request.get('/api/v1/messages')).json()) as { messages: { kind: string }[] }).messages.map((m) => m.kind);
  expect(kinds).not.toContain('hotspot_cleaned');
});
