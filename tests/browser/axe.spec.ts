import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { open, play } from './helpers';

const SCREENS: Record<string, string> = {
  map: '/',
  list: '/list#11/58.43/8.82',
  place: '/place/58.39950,8.78770?on=2026-05-20',
  report: '/report/58.43300,8.82500#14/58.433/8.825',
  about: '/about',
  enter: '/enter/00',
};

for (const scheme of ['light', 'dark'] as const) {
  for (const [name, path] of Object.entries(SCREENS)) {
    test(`axe finds nothing on ${name}, ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await open(page, path);
      await expect(page.locator('.leaflet-marker-icon').first()).toBeVisible();
      await check(page);
    });
  }
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

async function check(page: import('@playwright/test').Page) {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const everything = await new AxeBuilder({ page }).withTags(tags).disableRules('target-size').analyze();
  // Marks lie where their places lie; the list has the same in rows of their own (WCAG 2.5.8, "equivalent").
  const targets = await new AxeBuilder({ page }).withRules('target-size').exclude('.leaflet-marker-pane').analyze();
  const found = [...everything.violations, ...targets.violations];
  expect(found.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}
