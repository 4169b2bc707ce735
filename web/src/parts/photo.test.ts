import { expect, it } from 'vitest';
import { uuid } from './photo';

it('makes ids that the server takes and that sort by time', () => {
  const [earlier, later] = [uuid(1_700_000_000_000), uuid(1_700_000_000_001)];
  expect(earlier).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(earlier < later).toBe(true);
  expect(uuid()).not.toBe(uuid());
});
