import { expect, type Page } from '@playwright/test';
import { open, test } from './helpers';
import { FIRST, haulerScreens, openWhole, publish, staffScreens } from './screens';

test('text of twice the size fits on every screen, and nothing is cut off sideways', async ({ page }) => {
  test.setTimeout(150_000); // forty screens
  await page.addInitScript(() => addEventListener('DOMContentLoaded', () => document.documentElement.style.setProperty('--size', '32px')));
  for (const path of Object.values(FIRST)) {
    await open(page, path);
    await fits(page, path);
  }
  for (const path of await staffScreens(page)) {
    await openWhole(page, path);
    await fits(page, path);
  }
  const { plan, paths } = await haulerScreens(page);
  for (const path of paths) {
    await openWhole(page, path);
    await fits(page, path);
  }
  await openWhole(page, await publish(page, plan));
  await fits(page, 'a route');
});

async function fits(page: Page, path: string) {
  const wide = () =>
    page.evaluate(() => {
      const over = [...document.querySelectorAll('aside *, header *')].filter((e) => {
        const { left, right, width } = e.getBoundingClientRect();
        // What is for hearing only, and what scrolls by itself.
        const apart = e.closest('.hidden, .skip, .strip, nav span, .scroll');
        return !apart && width > 0 && (right > innerWidth + 1 || left < -1);
      });
      return over.map((e) => `${e.tagName}.${e.className} ${e.textContent?.slice(0, 30)}`).slice(0, 3);
    });
  await expect.poll(wide, { message: path }).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(390);
}

test('the main button stays above the keyboard, and back leads out of the app as it came in', async ({ page }) => {
  await open(page, '/report/58.43300,8.82500#14/58.433/8.825');
  await page.getByText('Tell more (optional)').click();
  await page.getByLabel('Anything else?').focus();
  // A keyboard takes the lower part of the window (interactive-widget=resizes-content).
  await page.setViewportSize({ width: 390, height: 480 });
  await expect(page.getByRole('button', { name: 'Send the report' })).toBeInViewport({ ratio: 1 });
  await expect(page.getByLabel('Anything else?')).toBeInViewport();
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, '/');
  await page.getByRole('button', { name: 'List', exact: true }).click();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Reports in view' })).toBeVisible();
  await page.goBack();
  await expect(page.locator('aside')).toHaveCount(0);
});
