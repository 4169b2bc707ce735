import { expect, it } from 'vitest';
import { inOrder, type Item } from './item';

const entered = (id: string, at: string, order?: number) => ({ id, at, order }) as Item;

it('keeps the order in which things were entered, although the clock was set back', () => {
  const items = [
    entered('second', '2026-06-10T08:00:00Z', 8),
    entered('first', '2026-06-10T12:00:00Z', 7),
    entered('of an older app', '2026-06-10T13:00:00Z'),
  ];
  expect(inOrder(items).map((i) => i.id)).toEqual(['of an older app', 'first', 'second']);
});
