import { expect } from '@playwright/test';
import { PHOTO, at, drawSquare, onShore, open, play, reportBy, reportBySomebody, somebody, test } from './helpers';

test('from a report to thanks: everybody does their part, and the refund is complete', async ({ browser, baseURL, request }) => {
  test.setTimeout(150_000); // four people, one after another
  const place = await onShore(request, { lon: 8.905, lat: 58.4535 });

  // Somebody reports.
  const reporter = await somebody(browser, baseURL);
  const report = await reportBy(reporter, place, 'Several bags');

  // A group plans to clean it, which claims it.
  const group = await somebody(browser, baseURL);
  await open(group, report);
  await group.getByRole('link', { name: 'Clean it with others' }).click();
  await group.getByText('Now', { exact: true }).click();
  await group.getByLabel('Name others see').fill('The scouts of Alve');
  await expect(group.getByText(/Chosen: [1-9]\d* m/)).toBeVisible();
  await group.getByRole('button', { name: 'Start now' }).click();
  await expect(group.locator('aside').getByText('Under way')).toBeVisible();
  const cleanup = new URL(group.url()).pathname;
  const code = (await group.locator('.code strong').innerText()).trim();
  expect(code).toMatch(/^[A-Z0-9]{7}$/);
  await open(reporter, report);
  await expect(reporter.getByText('The scouts of Alve clears it until')).toBeVisible();

  // They tell what came of it, and leave the bags by the road.
  await group.getByRole('link', { name: 'Tell what came of it' }).click();
  await group.getByRole('spinbutton', { name: 'Full bags' }).fill('6');
  await group.getByRole('spinbutton', { name: 'How many were you?' }).fill('9');
  await group.getByLabel('Take a photo').first().setInputFiles(PHOTO);
  await group.getByRole('button', { name: 'Send the result' }).click();
  await expect(group.getByText('Cleaned, the waste remains')).toBeVisible();
  await group.getByRole('link', { name: 'Leave bags to be fetched' }).click();
  await expect(group.getByText('Agder Renovasjon fetches here.')).toBeVisible();
  await group.getByRole('spinbutton', { name: 'Full bags' }).fill('6');
  await group.getByRole('button', { name: 'Tell about the bags' }).click();
  await expect(group).toHaveURL(/piles/);
  await expect(group.locator('aside').getByText('A hauler is asked')).toBeVisible();
  const pile = new URL(group.url()).pathname;

  // The hauler hears of it, accepts, loads, and weighs at the gate.
  const hauler = await somebody(browser, baseURL, 'hauler');
  await open(hauler, '/desk');
  await hauler.locator(`aside a[href="${pile}"]`).click();
  await hauler.getByRole('button', { name: 'Yes, we fetch it' }).click();
  await expect(hauler.locator('aside').getByText('Will be fetched')).toBeVisible();
  await hauler.getByRole('button', { name: 'Loaded' }).click();
  await expect(hauler.getByRole('button', { name: 'Loaded' })).toHaveCount(0); // what stands below it moves
  await hauler.getByRole('link', { name: 'Weigh at the gate' }).click();
  await hauler.getByRole('spinbutton', { name: 'Kilograms' }).fill('71.5');
  await hauler.getByRole('button', { name: 'Save the weight' }).click();
  await expect(hauler.getByText('71.5 kg saved.')).toBeVisible();

  // The group hears, closes the cleanup, and nothing is missing for the refund.
  await expect(group.locator('aside').getByText('Weighed and delivered')).toBeVisible();
  await open(group, cleanup);
  await expect(group.getByText('71.5 kg weighed')).toBeVisible();
  await group.getByRole('button', { name: 'Close the cleanup' }).click();
  await expect(group.getByRole('button', { name: 'Close the cleanup' })).toHaveCount(0);
  await group.getByLabel('All of it was ownerless litter from sea or shore, and nobody was paid').check();
  await group.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(group.getByText('Everything is there for the refund.')).toBeVisible();
  const staff = await somebody(browser, baseURL, 'staff');
  await open(staff, '/refund');
  const line = staff.locator('.card', { hasText: code });
  await expect(line).toContainText('Complete');
  await expect(line).toContainText('178.75');

  // The reporter is told and thanks; the group sees it.
  await open(reporter, '/messages');
  await reporter.getByText('What you reported is cleaned.').click();
  await reporter.getByRole('button', { name: 'Thank those who cleaned' }).click();
  await expect(reporter.getByText('1 have thanked')).toBeVisible();
  await group.getByRole('button', { name: /unread message/ }).click();
  await expect(group.getByText('says thank you for').first()).toBeVisible();
});

test('a crew gets its work from staff, and staff approve it', async ({ browser, baseURL, request }) => {
  test.slow(); // three who act, fourteen pages
  const crew = await somebody(browser, baseURL);
  await open(crew, '/');
  await crew.getByRole('button', { name: 'More', exact: true }).click();
  await crew.getByLabel('Who are you here?').selectOption('crew');
  await expect(crew.getByText('Kystlaget Arendal', { exact: true })).toBeVisible();
  const reporter = await somebody(browser, baseURL);
  const place = await onShore(request, { lon: 8.772, lat: 58.4098 });
  const report = await reportBy(reporter, place, 'More than one can carry');

  const staff = await somebody(browser, baseURL, 'staff');
  await open(staff, report);
  await staff.getByText('Give to a crew').click();
  await staff.getByLabel('What is to be done?').fill('Clear the north side');
  await staff.locator('aside').getByLabel('Crew').selectOption('Kystlaget Arendal');
  await staff.getByRole('button', { name: 'Give the order' }).click();
  await expect(staff.locator('aside').getByText('The crew is asked')).toBeVisible();
  await expect(reporter.locator('aside').getByText('A crew will clear it')).toBeVisible();

  await open(crew, '/day');
  await crew.locator('aside').getByText('Clear the north side').click();
  await crew.getByRole('button', { name: 'We take it' }).click();
  await crew.getByRole('button', { name: 'We have started' }).click();
  await crew.getByRole('spinbutton', { name: 'Full bags' }).fill('3');
  await crew.getByRole('button', { name: 'Done' }).click();
  await expect(crew.locator('aside').getByText('Done, waits for approval')).toBeVisible();
  await staff.getByRole('button', { name: 'Approve' }).click();
  await expect(staff.locator('aside').getByText('Approved').first()).toBeVisible();
  await expect(reporter.locator('aside').getByText('Cleaned and confirmed')).toBeVisible();
});

test('people join from a link without an account, and a box is said to be empty', async ({ browser, baseURL, request }) => {
  const organiser = await somebody(browser, baseURL);
  const place = await onShore(request, { lon: 8.935, lat: 58.468 });
  await open(organiser, `/plan/${at(place)}`);
  await organiser.getByLabel('Name others see').fill('Alve welforening');
  await organiser.getByRole('button', { name: 'Save the plan' }).click();
  await expect(organiser.getByText('Planned').first()).toBeVisible();
  const guest = await somebody(browser, baseURL);
  await open(guest, new URL(organiser.url()).pathname);
  await guest.getByLabel('How many are you?').fill('3');
  await guest.getByRole('button', { name: 'Join' }).click();
  await expect(guest.getByText('You are coming.')).toBeVisible();
  await expect(organiser.getByText('3 come', { exact: false })).toBeVisible();
  const points = (await (await request.get('/api/v1/equipment')).json()) as { features: { properties: { code: string; name: string } }[] };
  const box = points.features.find((f) => f.properties.name === 'Hove camping');
  await open(guest, `/c/${box?.properties.code}`);
  await guest.getByRole('button', { name: 'It is empty' }).click();
  await expect(guest.getByText('Thank you! It is noted.')).toBeVisible();
  await expect(guest.getByText('Empty', { exact: true })).toBeVisible();
});

test('staff draw around reports on the map and give them to a crew at once', async ({ browser, baseURL, request }) => {
  const place = await onShore(request, { lon: 8.83, lat: 58.46 });
  const ids = [await reportBySomebody(request, place), await reportBySomebody(request, { lon: place.lon + 0.0004, lat: place.lat })];
  const staff = await somebody(browser, baseURL, 'staff');
  await staff.setViewportSize({ width: 1600, height: 900 }); // the legend leaves the reports free
  await open(staff, `/desk#16/${place.lat}/${place.lon}`);
  await staff.locator('summary', { hasText: 'Give to a crew' }).click();
  await expect(staff.getByRole('checkbox').nth(1)).toBeVisible();
  await staff.getByRole('button', { name: 'Draw around them on the map' }).click();
  await drawSquare(staff, 140);
  await staff.getByLabel(/^The whole stretch as well/).uncheck();
  await expect(staff.getByRole('checkbox', { checked: true })).toHaveCount(2);
  await staff.getByLabel('What is to be done?').fill('Clear the cove');
  await staff.getByRole('button', { name: 'Give the order' }).click();
  await expect(staff).toHaveURL(/orders/);
  for (const id of ids) {
    const { hotspot } = (await (await request.get(`/api/v1/hotspots/${id}`)).json()) as { hotspot: { state: string } };
    expect(hotspot.state).toBe('ordered');
  }
});

test('figures of a group and of a stretch stand in the address, and professionals stay apart', async ({ page, request }) => {
  const place = await onShore(request, { lon: 8.915, lat: 58.456 });
  const whose = `The group of ${Date.now()}`;
  await request.post('/api/v1/session');
  const id = crypto.randomUUID();
  const from = new Date(Date.now() - 60_000); // not of another year, but in the first minute of one
  const data = { id, ...place, stretches: [place], from, until: new Date(), open: true, organiser_kind: 'group', organiser_name: whose };
  const planned = await request.post('/api/v1/cleanups', { data });
  expect(planned.status(), await planned.text()).toBe(201);
  const { stretches } = (await planned.json()) as { stretches: { segment: string }[] };
  const result = { id: crypto.randomUUID(), bags: { full: 2 }, people: 3, hours: 1 };
  expect((await request.post(`/api/v1/cleanups/${id}/results`, { data: result })).ok()).toBe(true);
  const side = (who: string) => page.locator('aside section.box').filter({ has: page.getByRole('heading', { name: who }) });
  const row = (name: string, who = 'Volunteers') => side(who).getByRole('row', { name });

  await open(page, '/numbers');
  await page.getByLabel('Group or crew').fill(whose);
  await page.getByLabel('Group or crew').press('Tab');
  await expect(page).toHaveURL(/organiser=The\+group/);
  await expect(row('People')).toContainText('3');
  await expect(row('Actions')).toContainText('1');
  await expect(row('Actions', 'Professionals')).toContainText('0');
  await page.reload();
  await expect(page.getByLabel('Group or crew')).toHaveValue(whose);

  await open(page, `/stretches/${stretches[0]?.segment}`);
  await page.getByRole('link', { name: 'Figures' }).click();
  await expect(page.getByRole('link', { name: 'One stretch of the shore' })).toBeVisible();
  await expect(row('Kilograms, estimated')).toContainText('20');
  await page.getByRole('button', { name: 'The whole coast' }).click();
  await expect(page).not.toHaveURL(/segment/);

  // Whoever has a municipality begins with it; the whole coast stays the whole coast when the year changes.
  await play(page, 'staff');
  await open(page, '/numbers');
  await expect(page.getByRole('combobox', { name: 'Where' })).not.toHaveValue('');
  await page.getByRole('combobox', { name: 'Where' }).selectOption('');
  await page.getByLabel('Year').selectOption({ index: 1 });
  await expect(page).toHaveURL(/year=/);
  await expect(page.getByRole('combobox', { name: 'Where' })).toHaveValue('');
});

test('a cleanup takes up what is chosen on the map, and its place tells its story', async ({ page }) => {
  const place = await onShore(page.request, { lon: 8.925, lat: 58.4655 });
  const near = await onShore(page.request, { lon: 8.929, lat: 58.467 });
  const ids = [await reportBySomebody(page.request, place), await reportBySomebody(page.request, near)];
  await open(page, `/plan/${place.lat.toFixed(5)},${place.lon.toFixed(5)}#17/${place.lat}/${place.lon}`);
  await expect(page.getByText('Tap reports on the map to take them up.')).toBeVisible();
  await expect(page.getByText(/^Chosen: [1-9]/)).toBeVisible(); // the map goes there
  const marks = page.locator('.leaflet-marker-icon[title^="Reported, A bag, "]');
  await expect.poll(() => marks.count()).toBeGreaterThan(1);
  // Some lie half behind others, where a mouse does not reach them.
  await marks.nth(0).dispatchEvent('click');
  await expect(page.getByText('1 reported place is included.')).toBeVisible();
  await marks.nth(1).dispatchEvent('click');
  await expect(page.getByText('2 reported places are included.')).toBeVisible();
  expect(new URL(page.url()).searchParams.get('hotspots')?.split(',')).toHaveLength(2);
  await marks.nth(0).dispatchEvent('click'); // and left out again
  await expect(page.getByText('1 reported place is included.')).toBeVisible();

  // The story of the stretch is one tap from the place, with what was reported there.
  await open(page, `/place/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.getByRole('link', { name: 'The story of this stretch' }).click();
  await expect(page).toHaveURL(/stretches/);
  await expect(page.locator(`aside a[href="/hotspots/${ids[0]}"]`)).toBeVisible();

  // Who needs what no point has is told so.
  await open(page, `/place/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`);
  await page.locator('summary', { hasText: 'What do you need?' }).click();
  await page.getByLabel('first aid kit').check();
  await expect(page.getByText('No equipment point nearby has that.')).toBeVisible();
});

test('a tag that is scanned opens the gate for those who weigh, and the cleanup for others', async ({ page }) => {
  const place = await onShore(page.request, { lon: 8.818253, lat: 58.431274 });
  const from = new Date(Date.now() + 3_600_000);
  expect((await page.request.post('/api/v1/session')).ok()).toBe(true);
  const data = { id: crypto.randomUUID(), ...place, from, until: new Date(Date.now() + 7_200_000), open: true, organiser_kind: 'person' };
  const planned = await page.request.post('/api/v1/cleanups', { data });
  expect(planned.status(), await planned.text()).toBe(201);
  const { code } = (await planned.json()) as { code: string };
  await open(page, `/c/${code}`);
  await expect(page).toHaveURL(/cleanups/);
  await page.request.post('/api/v1/demo/role', { data: { role: 'hauler', municipality: '4203' } });
  await open(page, '/about');
  await expect(page.locator('aside a[href="/gate"]')).toBeVisible();
  await open(page, `/c/${code}`);
  await expect(page).toHaveURL(new RegExp(`gate/${code}`));
  await expect(page.getByLabel('Kilograms')).toBeVisible();
});
