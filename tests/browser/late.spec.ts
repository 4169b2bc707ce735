import { randomUUID } from 'node:crypto';
import { expect, type Page } from '@playwright/test';
import { busyStore, follow, gate, onShore, open, play, reportBySomebody, somebody, test } from './helpers';

interface Holding {
  letGo: () => void;
  asked: Promise<void>;
}

/**
 * Holds back the answer to one question, in the page itself: what the page does with it is then done when it is let
 * go and two frames have been painted. `status` in place of the answer, when it is to be refused.
 */
async function held(page: Page, question: string, status?: number) {
  await page.addInitScript(
    ({ question, status }) => {
      let [letGo, asked] = [() => {}, () => {}];
      const released = new Promise<void>((done) => (letGo = done));
      (window as unknown as { holding: Holding }).holding = { letGo: () => letGo(), asked: new Promise((done) => (asked = done)) };
      const real = window.fetch.bind(window);
      window.fetch = async (input, init) => {
        const answer = await real(input, init);
        const { pathname, search } = new URL(answer.url);
        if (pathname + search !== question) return answer;
        const body = status ? JSON.stringify({ code: 'not_found' }) : await answer.text();
        asked();
        await released;
        return new Response(body, { status: status ?? answer.status, headers: { 'content-type': 'application/json' } });
      };
    },
    { question, status },
  );
  return {
    asked: () => page.evaluate(() => (window as unknown as { holding: Holding }).holding.asked),
    come: () =>
      page.evaluate(async () => {
        (window as unknown as { holding: Holding }).holding.letGo();
        for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
      }),
  };
}

test('what is answered about one report late is not shown as another', async ({ page, playwright, baseURL }) => {
  const other = await playwright.request.newContext({ baseURL });
  const place = await onShore(other, { lon: 8.98, lat: 58.512 });
  const first = await reportBySomebody(other, place, { amount: 'handful' });
  const second = await reportBySomebody(other, place, { amount: 'several_bags' });
  const late = await held(page, `/api/v1/hotspots/${first}`);
  await open(page, `/hotspots/${second}#17/${place.lat}/${place.lon}`);
  await expect(page.locator('aside').getByText('Several bags')).toBeVisible();
  await follow(page, `/hotspots/${first}`);
  await late.asked();
  await page.goBack();
  await expect(page).toHaveURL(new RegExp(second));
  await expect(page.locator('aside').getByText('Several bags')).toBeVisible();
  await late.come();
  await expect(page.locator('aside').getByText('Several bags')).toBeVisible();
  await expect(page.locator('aside').getByText('A handful')).toHaveCount(0);
});

test('what is answered after one has left a page is nothing to the next one', async ({ browser, baseURL }) => {
  const hauler = await somebody(browser, baseURL, 'hauler');
  const gone = randomUUID();
  const late = await held(hauler, `/api/v1/routes/${gone}`, 404);
  await open(hauler, '/routes');
  await expect(hauler.getByRole('heading', { name: 'Routes to drive' })).toBeVisible();
  await follow(hauler, `/routes/${gone}`);
  await late.asked();
  await hauler.goBack();
  await expect(hauler.getByRole('heading', { name: 'Routes to drive' })).toBeVisible();
  await late.come(); // an error of a script fails every test
  await expect(hauler.locator('aside').getByRole('alert')).toHaveCount(0);
});

test('figures of a year that was chosen before are not shown as those of another', async ({ browser, baseURL }) => {
  const staff = await somebody(browser, baseURL, 'staff');
  const refunds = (year: number) => `/api/v1/refunds?year=${year}`;
  const some = async (year: number) => ((await (await staff.request.get(refunds(year))).json()) as { lines: object[] }).lines.length > 0;
  const now = new Date().getFullYear();
  // What the demonstration has was three weeks ago.
  const [full, empty] = (await some(now)) ? [now, now - 2] : [now - 1, now];
  const late = await held(staff, refunds(empty));
  await open(staff, '/refund');
  await staff.getByLabel('Year').selectOption(String(empty));
  await late.asked();
  const answered = staff.waitForResponse((r) => r.url().endsWith(refunds(full)));
  await staff.getByLabel('Year').selectOption(String(full));
  await (await answered).finished();
  const cleanup = staff.locator('aside a[href^="/cleanups/"]').first();
  await expect(cleanup).toBeVisible();
  await late.come();
  await expect(cleanup).toBeVisible();
  await expect(staff.getByText('No cleanups this year.')).toHaveCount(0);
});

test('a position that is found late calls nobody back, and does not move what a hand has put somewhere', async ({ page }) => {
  await page.addInitScript(() => {
    const at = { coords: { latitude: 58.40005, longitude: 8.80005, accuracy: 5 } } as GeolocationPosition;
    Object.assign(window, { asked: 0 });
    navigator.geolocation.getCurrentPosition = (found) => {
      (window as unknown as { asked: number }).asked += 1;
      addEventListener('found', () => found(at), { once: true });
    };
  });
  /** Where one is has been asked so many times since the page was loaded. */
  const asked = (times: number) => page.waitForFunction((n) => (window as unknown as { asked: number }).asked === n, times);
  const comes = () =>
    page.evaluate(async () => {
      dispatchEvent(new Event('found'));
      for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
    });
  for (const form of ['bags', 'report']) {
    await open(page, '/list#13/58.44/8.9');
    await follow(page, `/${form}`);
    await asked(1);
    await follow(page, '/about');
    await expect(page.getByRole('heading', { name: 'More' })).toBeVisible();
    await comes();
    await expect(page).toHaveURL(/\/about#/);
    await follow(page, `/${form}`);
    await asked(2);
    const map = (await page.locator('.leaflet-container').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.click(map.x + map.width / 2, map.y + map.height / 2);
    await expect(page).toHaveURL(new RegExp(`/${form}/`));
    const put = page.url();
    await comes();
    await expect(page).toHaveURL(put);
  }
  await page.getByRole('button', { name: 'Use my position' }).click();
  await comes();
  await expect(page).toHaveURL(/\/report\/58.40005,8.80005/);
});

test('what waits is not said to be sent before the phone has said what lies on it', async ({ page, baseURL }) => {
  await open(page, '/waiting');
  await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
  const store = await busyStore(page, baseURL ?? '');
  await store.hold();
  await page.reload();
  await expect(page.locator('aside').getByText('Loading …')).toBeVisible();
  await expect(page.getByText('Nothing waits. Everything is sent.')).toHaveCount(0);
  await store.letGo();
  await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
});

test('what one may do in one place is not shown for another', async ({ page }) => {
  const late = await held(page, '/api/v1/rules?lon=8.8&lat=58.44');
  await open(page, '/place/58.39950,8.78770');
  await expect(page.locator('aside .words')).toBeVisible();
  await follow(page, '/place/58.44000,8.80000');
  await late.asked();
  await expect(page.locator('aside .words')).toHaveCount(0);
  await late.come();
  await expect(page.locator('aside .words')).toBeVisible();
});

test.describe('a phone on which nothing is kept yet', () => {
  test.use({ serviceWorkers: 'block' });

  test('a form that stands before the map begins in its middle, and keeps what was entered', async ({ page }) => {
    await open(page, '/#15/58.4495/8.715');
    await play(page, 'staff');
    for (const form of ['plan', 'adopt', 'survey', 'zones/new']) {
      const map = gate();
      await page.route(/assets\/map-.*js/, async (route) => (await map.opened, route.continue()));
      await page.goto('about:blank');
      await page.goto(`/${form}#15/58.4495/8.715`);
      const note = page.locator('aside form').getByRole('textbox').last();
      await expect(page.locator('aside form')).toBeVisible();
      if (form === 'zones/new') await note.fill('By the bridge');
      map.open();
      await expect(page.locator('.leaflet-container')).toBeVisible();
      if (form === 'zones/new') await expect(page.locator('.leaflet-container')).toHaveClass(/drawing/);
      else await expect(page).toHaveURL(new RegExp(`/${form}/58\\.4`));
      if (form === 'zones/new') await expect(note).toHaveValue('By the bridge');
      await page.unroute(/assets\/map-.*js/);
    }
  });

  test('what cannot be fetched of a page leaves the rest of it', async ({ page }) => {
    await open(page, '/about');
    // Its texts are still on their way then.
    const texts = gate();
    await page.route(/assets\/en-.*js/, async (route) => (await texts.opened, route.continue()));
    for (const [part, path, there] of [['Share', '/list', '.beside li .card:visible'], ['Needs', '/place/58.43300,8.82500', 'aside .words']] as const) {
      const chunk = new RegExp(`assets/${part}-.*js`);
      await page.route(chunk, (route) => route.abort());
      const failed = page.waitForEvent('requestfailed', (r) => chunk.test(r.url()));
      await follow(page, path);
      await failed;
      await expect(page.locator(there).first()).toBeVisible();
      await page.unroute(chunk);
    }
    texts.open();
  });
});

test('"do not send" holds also while it is tried', async ({ page, request }) => {
  const id = await reportBySomebody(request, await onShore(request, { lon: 8.955, lat: 58.468 }));
  await open(page, `/hotspots/${id}`);
  const way = gate();
  let tries = 0;
  await page.route('**/supports', async (route) => ((tries += 1), await way.opened, route.abort()));
  const tried = page.waitForRequest('**/supports');
  await page.getByRole('button', { name: 'I have seen it too' }).click();
  await tried;
  await follow(page, '/waiting');
  await page.getByRole('button', { name: 'Do not send' }).click();
  await expect(page.getByRole('button', { name: 'Do not send' })).toBeDisabled(); // heard, and done when it has landed
  way.open();
  await expect(page.getByText('Nothing waits. Everything is sent.')).toBeVisible();
  expect(tries).toBe(1);
});

test('what one can do about a report is not offered before the coast is known, and nothing else in its place', async ({ page, playwright, baseURL }) => {
  const other = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(other, await onShore(other, { lon: 8.985, lat: 58.514 }));
  const late = await held(page, '/api/v1/coast');
  await page.goto(`/hotspots/${id}`);
  await expect(page.locator('aside').getByText('A bag', { exact: true })).toBeVisible();
  await late.asked();
  await expect(page.getByRole('button', { name: /still there/i })).toHaveCount(0);
  await late.come();
  await expect(page.getByRole('button', { name: 'I will clear it' })).toBeVisible();
});

test('a code that could not be looked up is looked up again', async ({ browser, baseURL, request }) => {
  const page = await somebody(browser, baseURL, 'staff');
  await request.post('/api/v1/session');
  const place = await onShore(request, { lon: 8.919, lat: 58.449 });
  const data = { id: randomUUID(), ...place, bags: { full: 3 }, access: 'road', safe_from_tide: true, ready: true };
  const { code } = (await (await request.post('/api/v1/piles', { data })).json()) as { code: string };
  await open(page, '/gate');
  await page.route('**/api/v1/codes/*', (route) => route.abort());
  await page.getByRole('textbox', { name: /^Code/ }).fill(code);
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.locator('aside').getByRole('alert')).toBeVisible();
  await page.unroute('**/api/v1/codes/*');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  await expect(page.getByText('3 bags', { exact: true })).toBeVisible();
});

test('who comes back to a form before the one sent there is answered stays in it', async ({ page, request }) => {
  const place = await onShore(request, { lon: 9.05, lat: 58.555 });
  const form = `/bags/${place.lat.toFixed(5)},${place.lon.toFixed(5)}`;
  await open(page, form);
  const way = gate();
  await page.route('**/api/v1/piles', async (route) => (route.request().method() === 'POST' && (await way.opened), route.continue()));
  const asked = page.waitForRequest((r) => r.url().endsWith('/api/v1/piles') && r.method() === 'POST');
  await expect(page.getByText('Nobody fetches bags here.')).toBeVisible(); // the last that is inserted above the button
  await page.getByRole('button', { name: 'Tell about the bags' }).click();
  await asked;
  await follow(page, '/list');
  await follow(page, form);
  await page.getByRole('button', { name: 'One more: Full bags' }).click();
  way.open();
  await expect(page.getByRole('button', { name: 'waits to be sent' })).toHaveCount(0);
  await expect(page.getByRole('spinbutton', { name: 'Full bags' })).toHaveValue('2');
  expect(new URL(page.url()).pathname).toBe(form);
});
