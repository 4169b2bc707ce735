import { expect, type Page } from '@playwright/test';
import { open, test } from './helpers';

async function as(page: Page, role: string) {
  await page.request.post('/api/v1/demo/role', { data: { role, municipality: '4203' } });
}

const day = (from: number) => new Date(Date.now() + from * 86_400_000).toISOString().slice(0, 10);

async function announce(page: Page, name: string, from: string, until: string) {
  await open(page, '/lotteries');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('From').fill(from);
  await page.getByLabel('Until').fill(until);
  await page.getByLabel('Prizes, the best first').fill('A kayak\nA thermos');
  await page.getByRole('button', { name: 'Announce a lottery' }).click();
  await expect(page).toHaveURL(/lotteries\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { name })).toBeVisible();
}

test('a lottery is announced, fed with tickets at the gate, drawn with the promised seed, and checked', async ({ page }) => {
  await as(page, 'staff');
  await announce(page, 'The autumn lottery', day(0), day(3));
  const address = new URL(page.url()).pathname;
  await expect(page.getByRole('button', { name: 'Draw' })).toHaveCount(0); // not before it is over

  // The hauler registers a ticket torn off a bag of a cleanup; the same again changes nothing.
  const found = await (await page.request.get('/api/v1/piles')).json();
  const code = (found as { features: { properties: { code: string } }[] }).features[0]?.properties.code ?? '';
  await as(page, 'hauler');
  await open(page, '/gate');
  await page.getByRole('link', { name: 'Coast lottery' }).click();
  await page.locator(`aside a[href="${address}"]`).click();
  for (const ticket of [`${code}-1`, `${code}-2`, `${code}-2`]) {
    await page.getByLabel('Number on the ticket').fill(ticket);
    await page.getByRole('button', { name: 'Register a ticket' }).click();
    await expect(page.getByText(`${ticket} takes part.`)).toBeVisible();
  }
  await expect(page.getByText('2 tickets')).toBeVisible();
  // Whoever kept the other half sees that it takes part.
  for (const [ticket, answer] of [[`${code.toLowerCase()}-2`, 'takes part.'], [`${code}-7`, 'is not registered yet.']]) {
    await page.getByLabel('The number on my ticket').fill(ticket ?? '');
    await page.getByRole('button', { name: 'Does it take part?' }).click();
    await expect(page.getByText(`${ticket} ${answer}`, { exact: true })).toBeVisible();
  }
  await page.getByLabel('Number on the ticket').fill('nonsense');
  await page.getByRole('button', { name: 'Register a ticket' }).click();
  await expect(page.getByRole('alert')).toBeVisible();

  // One that is over is drawn with the seed this device has kept, and anybody can check it.
  await as(page, 'staff');
  await announce(page, 'The summer lottery', day(-30), day(-1));
  await expect(page.getByLabel('The seed that was promised')).toHaveValue(/^[0-9a-f]{32}$/);
  await page.getByRole('button', { name: 'Draw' }).click();
  await page.getByRole('button', { name: 'Check the draw' }).click();
  await expect(page.getByText('The draw is right.')).toBeVisible();
});
