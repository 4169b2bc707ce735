import { expect, type Page } from '@playwright/test';
import { installed, onShore, open, reportBySomebody, test } from './helpers';
import { whole } from './screens';

/** What can be tapped in the panel and on the bars, and is smaller than a finger: less than 44 pixels high or wide. */
function small(page: Page) {
  return page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>('button, a[href], select, summary, input, textarea, [role=button]');
    return [...all].flatMap((e) => {
      // A box or a dot is tapped with its label; marks lie where their places lie; a link in a sentence is as high as its line.
      const target = e.matches('input[type=checkbox], input[type=radio]') ? (e.closest('label') ?? e) : e;
      const { width, height } = target.getBoundingClientRect();
      const inText = e.matches('a') && getComputedStyle(e).display === 'inline';
      if (!target.checkVisibility() || width < 2 || inText || e.closest('.hidden, .skip, .leaflet-marker-pane')) return [];
      return width >= 43.5 && height >= 43.5 ? [] : [`${e.tagName} ${e.className} “${e.textContent?.trim().slice(0, 30)}” ${width.toFixed(0)}×${height.toFixed(0)}`];
    });
  });
}

test('whatever can be tapped is as large as a finger', async ({ page, request }) => {
  test.slow(); // twenty-five screens
  const ids = async (what: string) => ((await (await request.get(`/api/v1/${what}`)).json()) as { features: { properties: { id: string; code: string } }[] }).features[0]?.properties;
  const [hotspot, cleanup, pile, point, site, order, adoption] = await Promise.all(['hotspots', 'cleanups', 'piles', 'equipment', 'sites', 'orders', 'adoptions'].map(ids));
  await page.request.post('/api/v1/demo/role', { data: { role: 'staff', municipality: '4203' } });
  const paths = [
    '/', '/list#11/58.43/8.82', '/place/58.39950,8.78770', '/report/58.43300,8.82500', '/about', '/waiting', '/kept', '/design', '/zones', `/hotspots/${hotspot?.id}`,
    '/plan/58.44900,8.90000', `/cleanups/${cleanup?.id}`, `/results/${cleanup?.id}`, '/bags/58.71500,9.28000', `/piles/${pile?.id}`, `/gate/${pile?.code}`,
    '/desk', `/orders/${order?.id}`, `/equipment/${point?.id}`, `/sites/${site?.id}`, '/messages', '/numbers', '/refund', `/adoptions/${adoption?.id}`, '/lotteries',
  ];
  for (const path of paths) {
    await open(page, path);
    if (path !== '/') await whole(page);
    await page.evaluate(() => document.querySelectorAll('aside details').forEach((d) => ((d as HTMLDetailsElement).open = true)));
    expect(await small(page), path).toEqual([]);
  }
});

test('who wants less motion has none', async ({ page, request }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const place = await onShore(request, { lon: 8.91, lat: 58.453 });
  const id = await reportBySomebody(request, place);
  await open(page, '/#10/58.45/8.9');
  await page.evaluate((path) => (history.pushState(null, '', path), dispatchEvent(new PopStateEvent('popstate'))), `/hotspots/${id}`);
  await expect(page.getByRole('heading', { name: 'Reported litter' })).toBeVisible();
  const moving = await page.evaluate(() =>
    document.getAnimations().filter((a) => Number(a.effect?.getComputedTiming().duration) > 1).map((a) => (a as CSSTransition).transitionProperty ?? (a as CSSAnimation).animationName),
  );
  expect(moving).toEqual([]);
  // The map jumps: a cluster that is opened is at its place in the next frame.
  await expect(page.locator('.leaflet-container.leaflet-zoom-anim')).toHaveCount(0);
  await expect(page.locator('.leaflet-zoom-animated .leaflet-zoom-anim')).toHaveCount(0);
});

test('what happens is said to those who hear the screen', async ({ page, context }) => {
  await context.grantPermissions([]);
  await open(page, '/report/58.43300,8.82500#14/58.433/8.825');
  await page.getByRole('button', { name: 'Send the report' }).click();
  await expect(page.getByRole('alert')).toContainText('photo');
  await page.goto('/list#11/58.43/8.82');
  await expect(page.getByRole('status').filter({ hasText: /report/ })).toBeVisible();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show where I am' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'position' })).toBeVisible();
});

test('an area that is kept is fetched anew, and dropped', async ({ page }) => {
  await open(page, '/kept#13/58.44/8.8');
  await installed(page);
  await page.getByRole('button', { name: 'Keep what the map shows' }).click();
  await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 20_000 });
  const anew = page.waitForResponse((r) => r.url().includes('/api/v1/hotspots'));
  await page.getByRole('button', { name: 'Fetch again' }).click();
  expect((await anew).ok()).toBe(true);
  await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText(/MB, fetched/)).toHaveCount(0);
  const left = await page.evaluate(async () => (await caches.keys()).filter((name) => name.includes('kept')).length);
  expect(left).toBe(0);
});

test('of an area that cannot be fetched whole again the one from before stays', async ({ page }) => {
  await open(page, '/kept#13/58.44/8.8');
  await page.getByRole('button', { name: 'Keep what the map shows' }).click();
  await expect(page.getByText(/MB, fetched/)).toBeVisible({ timeout: 20_000 });
  const kept = () =>
    page.evaluate(async () => {
      const names = (await caches.keys()).filter((name) => name.includes('kept'));
      return [names.length, (await (await caches.open(names[0] ?? '')).keys()).length];
    });
  const before = await kept();
  await page.evaluate(() => {
    const real = window.fetch.bind(window);
    const asked = Object.assign(window, { tiles: [] as (AbortSignal | null | undefined)[] }).tiles;
    window.fetch = (...q) => {
      const fails = String(q[0]).includes('/tiles/') && asked.push(q[1]?.signal) === 9;
      return fails ? Promise.reject(new TypeError('Failed to fetch')) : real(...q);
    };
  });
  await page.getByRole('button', { name: 'Fetch again' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByText(/MB, fetched/)).toBeVisible();
  expect(await kept()).toEqual(before);
  const goOn = await page.evaluate(() => (window as unknown as { tiles: (AbortSignal | undefined)[] }).tiles.filter((s) => !s?.aborted).length);
  expect(goOn).toBe(0);
});
