import { expect } from '@playwright/test';
import { onShore, open, play, reportBySomebody, test } from './helpers';

test('a hotspot is claimed, kept longer, given back, and cleaned', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.9, lat: 58.447 }));
  await open(page, `/hotspots/${id}`);
  await page.getByRole('button', { name: 'I will clear it' }).click();
  await page.getByText('A group').click();
  await page.getByLabel('Name others see').fill('Class 6B');
  await page.getByRole('button', { name: 'Claim it' }).click();
  await expect(page.getByText('Class 6B clears it until')).toBeVisible();
  await page.getByRole('button', { name: 'One week more' }).click();
  await expect(page.getByText('Claim extended')).toBeVisible();
  await page.getByRole('button', { name: 'Give it back' }).click();
  await expect(page.getByRole('button', { name: 'I will clear it' })).toBeVisible();
  await page.getByRole('button', { name: 'It is clean now' }).click();
  await page.getByRole('button', { name: 'Yes, it is clean' }).click();
  await expect(page.getByText('Thank you for cleaning!')).toBeVisible();
  await expect(page.getByText('Cleaned', { exact: true }).first()).toBeVisible();
});

test('in a professional zone a claim is refused, with what one can do instead', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.8, lat: 58.424 }));
  await open(page, `/hotspots/${id}`);
  await page.getByRole('button', { name: 'I will clear it' }).click();
  // Asked before anything is filled in.
  await expect(page.getByRole('heading', { name: 'You cannot clear this one' })).toBeVisible();
  await expect(page.locator('aside').getByText('Professional crews clear here.')).toBeVisible();
  await page.getByRole('button', { name: 'I have seen it too' }).click();
  await expect(page.getByText('1 other has seen it')).toBeVisible();
});

test('who comes second is told who was first and until when', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.91, lat: 58.452 }));
  await open(page, `/hotspots/${id}`);
  await page.getByRole('button', { name: 'I will clear it' }).click();
  // The form is open; meanwhile somebody else claims it, and this browser's live feed is held back.
  await page.route('**/api/v1/hotspots/*/claims', async (route) => {
    const until = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const data = { id: crypto.randomUUID(), holder_kind: 'group', holder_name: 'The scouts', until };
    expect((await somebody.post(`/api/v1/hotspots/${id}/claims`, { data })).status()).toBe(201);
    await route.continue();
  }, { times: 1 });
  await page.getByRole('button', { name: 'Claim it' }).click();
  await expect(page.getByText('The scouts clears it until').first()).toBeVisible();
});

test('staff close a report with a reason that everyone can read', async ({ page, playwright, baseURL }) => {
  const somebody = await playwright.request.newContext({ baseURL });
  const id = await reportBySomebody(somebody, await onShore(somebody, { lon: 8.86, lat: 58.437 }));
  await open(page, '/');
  await play(page, 'staff');
  await open(page, `/hotspots/${id}`);
  await page.getByLabel('Close it').selectOption('rejected');
  await page.getByLabel('Why? The reporter reads this.').fill('It is seaweed, which stays.');
  await page.getByRole('button', { name: 'Close it' }).click();
  await page.getByRole('button', { name: 'Yes, close it' }).click();
  await expect(page.locator('aside').getByText('Not litter').first()).toBeVisible();
  await expect(page.getByText('It is seaweed, which stays.')).toBeVisible();
});
