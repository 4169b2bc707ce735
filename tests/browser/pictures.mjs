// Takes pictures of every screen, on a phone and a desk, light, dark and in sun, and lays them all on one sheet.
//   node tests/browser/pictures.mjs URL FOLDER        (LOCALE=nn-NO for another language)
import { launched } from './chromium.mjs';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [url, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const photo = join(import.meta.dirname, '../../fixtures/photos/mixed.jpg');
const browser = await launched();
const devices = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };
const looks = ['light', 'dark', 'sun'];
const found = await (await fetch(`${url}/api/v1/hotspots`)).json();
const pick = (test) => found.features.map((f) => f.properties).find(test);
const address = (h) => `/hotspots/${h.id}`;
const open = pick((h) => h.state === 'reported' && h.hazards.length === 0);

const all = async (what) => (await (await fetch(`${url}/api/v1/${what}`)).json()).features.map((f) => f.properties);
const [cleanups, piles, orders] = [await all('cleanups'), await all('piles'), await all('orders')];
const planned = cleanups.find((c) => c.state === 'planned');
const done = cleanups.find((c) => c.outcome);
const [pile, late] = ['requested', 'ready'].map((state) => piles.find((p) => p.state === state));
const [order] = orders;
const point = (await all('equipment')).find((p) => p.name.startsWith('Spornes'));
const [site] = await all('sites');
const [adoption] = await all('adoptions');
const [lottery] = await (await fetch(`${url}/api/v1/lotteries`)).json();
const [segment] = await (await fetch(`${url}/api/v1/segments/nearest?lon=8.83&lat=58.4275`)).json();

/** A report with its photo and its amount. */
async function fillIn(page) {
  await page.locator('aside input[type=file]').setInputFiles(photo);
  await page.locator('aside .picture img').waitFor();
  await page.locator('aside form label').filter({ has: page.locator('input[value=several_bags]') }).click();
}

/** Fills a report in and sends it, until something shows. */
const sent = (shows) => async (page) => {
  await fillIn(page);
  await page.locator('aside .send').click();
  await page.locator(shows).waitFor();
};

/** A day of routes: one plan that is a draft, and one that is given out and half driven. */
async function routes() {
  const { request } = await browser.newContext({ baseURL: url });
  const send = async (path, data) => (await request.post(`${url}${path}`, { data })).json();
  await send('/api/v1/demo/role', { role: 'hauler', municipality: '4203' });
  const day = new Date(Date.now() + 86_400_000);
  while ([0, 6].includes(day.getDay())) day.setDate(day.getDate() + 1);
  // A pile is in one route that the drivers have: each plan gets every other one.
  const due = await (await request.get(`${url}/api/v1/due-piles`)).json();
  const half = (n) => due.filter((p) => p.access === 'boat').concat(due.filter((p) => p.access !== 'boat')).filter((_, i) => i % 2 === n).map((p) => p.id);
  const found = async (piles) => {
    const id = crypto.randomUUID();
    await send('/api/v1/plans', { id, days: [day.toISOString().slice(0, 10)], piles });
    for (;;) {
      const shown = await (await request.get(`${url}/api/v1/plans/${id}`)).json();
      if (shown.plan.state !== 'searching') return shown;
      await new Promise((again) => setTimeout(again, 100));
    }
  };
  const out = await found(half(0));
  await send(`/api/v1/plans/${out.plan.id}/publications`, {});
  const [truck, boat] = ['truck', 'boat'].map((kind) => out.routes.find((r) => r.kind === kind));
  await send(`/api/v1/routes/${boat.id}/starts`, {});
  const [first, second] = boat.stops;
  await send(`/api/v1/routes/${boat.id}/fetchings`, { id: crypto.randomUUID(), pile: first.id, fetched: 'loaded' });
  const draft = await found(half(1));
  const by_sea = draft.routes.find((r) => r.kind === 'boat') ?? draft.routes[0];
  const to = draft.routes.find((r) => r.kind === 'truck') ?? by_sea;
  await send(`/api/v1/plans/${draft.plan.id}/moves`, { pile: by_sea.stops[0].id, vehicle: to.vehicle, day: to.day, at: 0 });
  await send(`/api/v1/routes/${truck.id}/starts`, { at: new Date(Date.now() - 4 * 3_600_000), sent_at: new Date() });
  for (const s of truck.stops.filter((s) => s.kind === 'pile'))
    await send(`/api/v1/routes/${truck.id}/fetchings`, { id: crypto.randomUUID(), pile: s.id, fetched: 'loaded' });
  const site = truck.stops.findIndex((s) => s.kind === 'site');
  await send(`/api/v1/routes/${truck.id}/hand-ins`, { id: crypto.randomUUID(), stop: site, weight_kg: 187.5 });
  await send(`/api/v1/routes/${truck.id}/returns`, { driven_m: 23_400 });
  return { plan: draft.plan.id, boat: boat.id, truck: truck.id, second };
}
const hauling = await routes();

/** The map as those see it who do not tell colours apart, or none at all. */
const seenWith = (type) => async (page) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setEmulatedVisionDeficiency', { type });
};

/** A screen: where it is, and what is done there before the picture is taken. */
const screens = {
  map: ['/'],
  arendal: ['/#12.5/58.43/8.82'],
  deuteranopia: ['/#12.5/58.43/8.82', seenWith('deuteranopia')],
  achromatopsia: ['/#12.5/58.43/8.82', seenWith('achromatopsia')],
  beach: ['/#16/58.4335/8.8233'],
  list: ['/list#12/58.43/8.82'],
  area: ['/areas/4203', (page) => page.locator('h2').first().waitFor()],
  empty: ['/list#16/58.30/8.40'],
  place: ['/place/58.43300,8.82300#13/58.433/8.823'],
  closed: ['/place/58.39950,8.78770?on=2026-05-20#13/58.3995/8.7877'],
  hotspot: [address(pick((h) => h.supports === 4))],
  claimed: [address(pick((h) => h.claim?.takeover))],
  hazard: [address(pick((h) => h.hazards.length > 0))],
  claim: [address(open), (page) => page.locator('aside .actions .brand').click()],
  report: ['/report/58.43300,8.82500#14/58.433/8.825'],
  filled: ['/report/58.43300,8.82500#14/58.433/8.825', fillIn],
  thanks: ['/report/58.43310,8.82510#14/58.433/8.825', sent('aside .done')],
  refused: ['/report/57.60000,9.90000', sent('aside [role=alert]')],
  waiting: [
    '/report/58.43300,8.82500#14/58.433/8.825',
    async (page) => {
      await page.route('**/api/v1/hotspots', (r) => (r.request().method() === 'POST' ? r.abort() : r.continue()));
      await sent('aside .waits')(page);
      await page.locator('aside .waits .button').click();
      await page.locator('aside .photos img').waitFor();
    },
  ],
  offline: [
    '/#13/58.433/8.82',
    async (page) => {
      await page.context().setOffline(true);
      await page.locator('.notices > *').waitFor({ timeout: 60_000 });
    },
  ],
  kept: [
    '/kept#12/58.44/8.8',
    async (page) => {
      await page.locator('aside .button.wide').nth(1).click();
      await page.locator('aside h3').first().waitFor();
    },
  ],
  about: ['/about'],
  enter: ['/enter/00'],
  design: ['/design'],
  code: ['/c/A34679F', (page) => page.locator('aside [role=alert]').waitFor()],
  stretch: [`/stretches/${segment.id}`, (page) => page.locator('aside h3').first().waitFor()],
  lotteries: ['/lotteries', (page) => page.locator('aside .card').first().waitFor(), 'staff'],
  lottery: [`/lotteries/${lottery.id}`, (page) => page.locator('aside code').waitFor()],
  zones: ['/zones', (page) => page.locator('aside li').first().waitFor(), 'staff'],
  plan: ['/plan/58.44900,8.90000#14/58.449/8.9', (page) => page.getByText(/: \d{2,} m/).waitFor()],
  cleanup: [`/cleanups/${planned.id}`, (page) => page.locator('aside .code').waitFor()],
  cleaned: [`/cleanups/${done.id}`, (page) => page.locator('aside .code').waitFor()],
  result: [`/results/${planned.id}`, (page) => page.locator('aside .main').waitFor()],
  bags: ['/bags/58.44900,8.90000#14/58.449/8.9', (page) => page.locator('aside [role=status] p').first().waitFor()],
  unserved: ['/bags/58.71500,9.28000#14/58.715/9.28', (page) => page.locator('aside .warn').waitFor()],
  pile: [`/piles/${pile.id}`, (page) => page.locator('aside .code').waitFor()],
  late: [`/piles/${late.id}`, (page) => page.locator('aside .warn').waitFor(), 'staff'],
  gate: [`/gate/${pile.code}`, (page) => page.locator('aside .box').waitFor(), 'hauler'],
  desk: ['/desk#12/58.43/8.82', (page) => page.locator('aside .card').first().waitFor(), 'staff'],
  day: ['/day', (page) => page.locator('aside .card').first().waitFor(), 'crew'],
  order: [`/orders/${order.id}`, (page) => page.locator('aside p.what').waitFor(), 'crew'],
  point: [`/equipment/${point.id}`, (page) => page.locator('aside .boxes').waitFor()],
  site: [`/sites/${site.id}`, (page) => page.locator('aside .stack').waitFor()],
  messages: ['/messages', (page) => page.locator('aside details').waitFor(), 'staff'],
  numbers: ['/numbers', (page) => page.locator('aside svg[role=img]').first().waitFor()],
  refund: ['/refund', (page) => page.locator('aside .card').first().waitFor(), 'staff'],
  fleet: ['/fleet', (page) => page.locator('aside li').first().waitFor(), 'hauler'],
  vehicle: ['/fleet', (page) => page.locator('aside li button').nth(1).click(), 'hauler'],
  plans: ['/plans', (page) => page.locator('aside form').waitFor(), 'hauler'],
  pickup: [`/plans/${hauling.plan}`, (page) => page.locator('aside section.box').first().waitFor(), 'hauler'],
  broken: [
    `/plans/${hauling.plan}`,
    async (page) => {
      await page.locator('aside section.box').first().waitFor();
      await page.locator('aside li button.icon').first().click();
      await page.locator('aside .tools').first().scrollIntoViewIfNeeded();
    },
    'hauler',
  ],
  routes: ['/routes', (page) => page.locator('aside .card').first().waitFor(), 'hauler'],
  drive: [`/routes/${hauling.boat}`, (page) => page.locator('aside section.box').first().waitFor(), 'hauler'],
  failed: [
    `/routes/${hauling.boat}`,
    async (page) => {
      await page.locator('aside section.box .two button').last().click();
      await page.locator('aside section.box fieldset').first().scrollIntoViewIfNeeded();
    },
    'hauler',
  ],
  driven: [`/routes/${hauling.truck}`, (page) => page.locator('aside ol').first().waitFor(), 'hauler'],
  haulage: ['/haulage', (page) => page.locator('aside svg[role=img]').first().waitFor(), 'hauler'],
  adopt: ['/adopt/58.44900,8.90000#14/58.449/8.9', (page) => page.getByText(/: \d{2,} m/).waitFor()],
  survey: ['/survey/58.44900,8.90000#14/58.449/8.9', (page) => page.getByText(/: \d{2,} m/).waitFor()],
  adoption: [`/adoptions/${adoption.id}`, (page) => page.locator('aside progress').waitFor()],
  season: ['/season?name=Trom%C3%B8y%20speidergruppe', (page) => page.locator('aside img').first().waitFor()],
  poster: [`/print/poster-${planned.id}`, (page) => page.locator('aside .poster .map').first().waitFor()],
  tags: [`/print/tags-${planned.id}`, (page) => page.locator('aside .tag img').first().waitFor()],
  staff: [address(open), (page) => page.locator('aside .staff').scrollIntoViewIfNeeded(), 'staff'],
};

/** Until the map is drawn and every photo in sight is there. */
async function drawn(page) {
  await page.waitForFunction(() => document.querySelector('.leaflet-tile-loaded') && !document.querySelector('.cover'));
  await page.waitForFunction(() => [...document.images].every((i) => i.complete || i.loading === 'lazy'));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const only = process.env.ONLY?.split(',');
const shots = [];
for (const [device, viewport] of Object.entries(devices)) {
  for (const look of looks) {
    for (const [name, [path, act, role]] of Object.entries(screens)) {
      if (only && !only.includes(name)) continue;
      const colorScheme = look === 'dark' ? 'dark' : 'light';
      const locale = process.env.LOCALE ?? 'nb-NO';
      const context = await browser.newContext({ viewport, colorScheme, locale, serviceWorkers: 'block' });
      await context.addInitScript((l) => localStorage.setItem('strandline-theme', l === 'sun' ? 'sun' : 'auto'), look);
      if (role) await context.request.post(`${url}/api/v1/demo/role`, { data: { role, municipality: '4203' } });
      const page = await context.newPage();
      await page.goto(url + path);
      await drawn(page);
      await act?.(page);
      await drawn(page);
      await page.waitForTimeout(300); // a transition; nothing depends on it
      const file = `${folder}/${name}-${device}-${look}.png`;
      await page.screenshot({ path: file });
      shots.push({ device, file, name });
      await context.close();
    }
  }
}

// The sheet: for each screen the phone and the desk, each in its three looks; two screens beside each other.
const sheet = await browser.newPage({ viewport: { width: 2 * (3 * 108 + 3 * 320 + 60) + 24, height: 800 } });
const cell = ({ device, file }) => {
  const { width, height } = devices[device];
  const wide = device === 'phone' ? 108 : 320;
  return `<img width="${wide}" height="${Math.round((wide * height) / width)}" src="data:image/png;base64,${readFileSync(file).toString('base64')}">`;
};
const names = [...new Set(shots.map((s) => s.name))];
const block = (name) => `<section><h2>${name}</h2><div>${shots.filter((s) => s.name === name).map(cell).join('')}</div></section>`;
await sheet.setContent(
  '<style>body{margin:12px;display:grid;grid-template-columns:repeat(2,auto);gap:12px;font:14px sans-serif;background:#888}' +
    `h2{margin:0 0 4px;font-size:14px}div{display:flex;align-items:start;gap:8px}</style>${names.map(block).join('')}`,
);
await sheet.screenshot({ path: `${folder}/sheet.png`, fullPage: true });
await browser.close();
