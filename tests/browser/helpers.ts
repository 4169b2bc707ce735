import { expect, type APIRequestContext, type Page } from '@playwright/test';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

export const PHOTO = join(import.meta.dirname, '../../fixtures/photos/mixed.jpg');

export interface Place {
  lon: number;
  lat: number;
}

/** Reports a hotspot through the API, as somebody else. */
export async function reportBySomebody(request: APIRequestContext, at: Place, more: object = {}): Promise<string> {
  expect((await request.post('/api/v1/session')).ok()).toBe(true);
  const id = randomUUID();
  const data = { id, ...at, amount: 'bag', photos: [randomUUID()], ...more };
  const answer = await request.post('/api/v1/hotspots', { data });
  expect(answer.status(), await answer.text()).toBe(201);
  return id;
}

/** A place on the shore close to one, as the service has it, so that tests do not depend on the coast's details. */
export async function onShore(request: APIRequestContext, near: Place): Promise<Place> {
  const found = await request.get('/api/v1/segments/nearest', { params: { ...near } });
  const [segment] = (await found.json()) as Place[];
  if (!segment) throw new Error('no shore');
  return { lon: segment.lon, lat: segment.lat };
}

/** Opens an address and waits until the map is there. */
export async function open(page: Page, path: string) {
  await page.goto(path);
  await expect(page.getByText('Loading the coast')).toHaveCount(0);
  await expect(page.locator('.leaflet-container')).toBeVisible();
}

/** Chooses a role, as the demonstration allows. */
export async function play(page: Page, role: string) {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByLabel('Who are you here?').selectOption(role);
  await expect(page.getByText('Arendal', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
}
