import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Item } from '../outbox/item';
import type { KeptArea } from '../kept/area';

/** What lies on the phone. Its shape changes only by a new version with a step from the one before. */
interface Phone extends DBSchema {
  /** What is to be sent. */
  items: { key: string; value: Item };
  /** Photos on their way, by id. */
  photos: { key: string; value: Blob };
  /** Areas kept for days without signal. */
  kept: { key: string; value: KeptArea };
  /** Answers as they came last. */
  answers: { key: string; value: { at: number; value: unknown } };
}

let opened: Promise<IDBPDatabase<Phone>> | undefined;

export function phone(): Promise<IDBPDatabase<Phone>> {
  opened ??= openDB<Phone>('strandline', 1, {
    upgrade(db) {
      db.createObjectStore('items', { keyPath: 'id' });
      db.createObjectStore('photos');
      db.createObjectStore('kept', { keyPath: 'id' });
      db.createObjectStore('answers');
    },
    // Another tab has a newer app: let it through.
    blocking: (_from, _to, event) => {
      (event.target as IDBDatabase).close();
      opened = undefined;
    },
    terminated: () => (opened = undefined),
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Keeps an answer for days without signal. A phone that keeps nothing only forgets. */
export async function remember(key: string, value: unknown): Promise<void> {
  try {
    await (await phone()).put('answers', { at: Date.now(), value }, key);
  } catch {
    // private windows and full disks
  }
}

/** An answer as it came last, and when. */
export async function recall<T>(key: string): Promise<{ at: number; value: T } | null> {
  try {
    return ((await (await phone()).get('answers', key)) as { at: number; value: T } | undefined) ?? null;
  } catch {
    return null;
  }
}

/** Forgets an answer. */
export async function forget(key: string): Promise<void> {
  await phone()
    .then((db) => db.delete('answers', key))
    .catch(() => {}); // was not kept
}
