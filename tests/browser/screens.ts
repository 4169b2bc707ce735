import { expect, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { open } from './helpers';

/** Screens that anyone may meet first. */
export const FIRST: Record<string, string> = {
  map: '/',
  list: '/list#11/58.43/8.82',
  place: '/place/58.39950,8.78770?on=2026-05-20',
  report: '/report/58.43300,8.82500#14/58.433/8.825',
  about: '/about',
  waiting: '/waiting',
  kept: '/kept#12/58.44/8.8',
  design: '/design',
  enter: '/enter/00',
  area: '/areas/4203',
};

/** Everything about what is planned, left and fetched, as the municipality's staff see it, who one is from now on. */
export async function staffScreens(page: Page): Promise<string[]> {
  const about = async (what: string) => {
    const found = (await (await page.request.get(`/api/v1/${what}`)).json()) as { features: { properties: { id: string; code: string } }[] };
    return found.features[0]?.properties;
  };
  const [cleanup, pile, point, site] = [await about('cleanups'), await about('piles'), await about('equipment'), await about('sites')];
  const [order, adoption] = [await about('orders'), await about('adoptions')];
  const [segment] = (await (await page.request.get('/api/v1/segments/nearest?lon=8.9&lat=58.449')).json()) as { id: string }[];
  const [lottery] = (await (await page.request.get('/api/v1/lotteries')).json()) as { id: string }[];
  expect([cleanup?.id, pile?.id, point?.id, site?.id, order?.id, adoption?.id, segment?.id, lottery?.id]).not.toContain(undefined);
  await page.request.post('/api/v1/demo/role', { data: { role: 'staff', municipality: '4203' } });
  return [
    '/plan/58.44900,8.90000', `/cleanups/${cleanup?.id}`, `/results/${cleanup?.id}`, '/bags/58.71500,9.28000', `/piles/${pile?.id}`,
    `/gate/${pile?.code}`, '/desk', `/orders/${order?.id}`, `/equipment/${point?.id}`, `/sites/${site?.id}`, '/messages', '/numbers', '/refund',
    '/adopt/58.44900,8.90000', '/survey/58.44900,8.90000', `/adoptions/${adoption?.id}`, '/season?name=Trom%C3%B8y%20speidergruppe', `/print/poster-${cleanup?.id}`,
    `/print/tags-${cleanup?.id}`, '/lotteries', `/lotteries/${lottery?.id}`, `/stretches/${segment?.id}`, `/c/${pile?.code}`, '/gate',
  ];
}

/** A plan of pickup routes and what belongs to it, as a hauler sees it, who one is from now on. */
export async function haulerScreens(page: Page): Promise<{ plan: string; paths: string[] }> {
  const send = async (path: string, data: object) => (await page.request.post(path, { data })).json() as Promise<{ id: string }>;
  await send('/api/v1/demo/role', { role: 'hauler', municipality: '4203' });
  const day = new Date(Date.now() + 86_400_000);
  while ([0, 6].includes(day.getDay())) day.setDate(day.getDate() + 1); // reception sites rest at weekends
  const due = (await (await page.request.get('/api/v1/due-piles')).json()) as { id: string }[]; // other tests leave many
  const wanted = { id: randomUUID(), days: [day.toISOString().slice(0, 10)], piles: due.slice(0, 8).map((p) => p.id) };
  const { id } = await send('/api/v1/plans', wanted);
  return { plan: id, paths: ['/fleet', '/plans', `/plans/${id}`, '/routes', '/haulage'] };
}

/** Gives a plan to the drivers. The address of the first route they have then. */
export async function publish(page: Page, plan: string): Promise<string> {
  await page.request.post(`/api/v1/plans/${plan}/publications`, { data: {} });
  const [route] = (await (await page.request.get('/api/v1/my-routes')).json()) as { id: string }[];
  return `/routes/${route?.id}`;
}

/** When what stands beside the map is there, and has found what it looks for. */
export async function whole(page: Page) {
  await expect(page.locator('aside .body > *').first()).toBeAttached();
  await expect(page.locator('aside').getByText(/Loading …|Looking for routes/)).toHaveCount(0, { timeout: 30_000 });
}

/** Opens a screen with all that can be opened in it. */
export async function openWhole(page: Page, path: string) {
  await open(page, path);
  await whole(page);
  await page.evaluate(() => document.querySelectorAll('aside details').forEach((d) => ((d as HTMLDetailsElement).open = true)));
}
