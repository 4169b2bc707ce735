import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open, play } from './helpers';

const SCREENS: Record<string, string> = {
  map: '/',
  list: '/list#11/58.43/8.82',
  place: '/place/58.39950,8.78770?on=2026-05-20',
  report: '/report/58.43300,8.82500#14/58.433/8.825',
  about: '/about',
  waiting: '/waiting',
  kept: '/kept#12/58.44/8.8',
  design: '/design',
  enter: '/enter/00',
};

for (const look of ['light', 'dark', 'sun'] as const) {
  test(`axe finds nothing on any screen, ${look}`, async ({ page }) => {
    test.slow(); // nine screens
    const policy: string[] = [];
    page.on('console', (m) => m.text().includes('Content Security Policy') && policy.push(m.text()));
    await page.emulateMedia({ colorScheme: look === 'dark' ? 'dark' : 'light', reducedMotion: 'reduce' });
    await page.addInitScript((l) => localStorage.setItem('strandline-theme', l === 'sun' ? 'sun' : 'auto'), look);
    for (const [name, path] of Object.entries(SCREENS)) {
      await open(page, path);
      await expect(page.locator('.leaflet-marker-icon').first()).toBeVisible();
      await check(page, name);
    }
    expect(policy).toEqual([]);
  });
}

test('axe finds nothing on a hotspot, hazardous or claimed, and on what staff see', async ({ page }) => {
  const found = (await (await page.request.get('/api/v1/hotspots')).json()) as {
    features: { id: string; properties: { hazards: string[]; claim: unknown } }[];
  };
  const hazardous = found.features.find((f) => f.properties.hazards.length > 0)?.id;
  const claimed = found.features.find((f) => f.properties.claim)?.id;
  for (const id of [hazardous, claimed]) {
    await open(page, `/hotspots/${id}`);
    await expect(page.getByText('What happened')).toBeVisible();
    await check(page);
  }
  await play(page, 'staff');
  for (const path of [`/hotspots/${claimed}`, '/zones']) {
    await open(page, path);
    await expect(page.locator('aside h2')).toBeVisible();
    await check(page);
  }
});

async function check(page: import('@playwright/test').Page, name = '') {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const everything = await new AxeBuilder({ page }).withTags(tags).disableRules('target-size').analyze();
  // Marks lie where their places lie; the list has the same in rows of their own (WCAG 2.5.8, "equivalent").
  const targets = await new AxeBuilder({ page }).withRules('target-size').exclude('.leaflet-marker-pane').analyze();
  const found = [...everything.violations, ...targets.violations];
  expect(found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), name).toEqual([]);
}
