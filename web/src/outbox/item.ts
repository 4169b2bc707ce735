import type { KindName } from './kinds';

/** Why the server refused: the members of its problem document. */
export interface Refusal {
  code: string;
  field: string | null;
  facts: Record<string, unknown>;
}

export interface ItemPhoto {
  id: string;
  /** Bytes of the photo, and how many of them the server has. */
  size: number;
  sent: number;
  done: boolean;
}

/**
 * Something that is to be sent: an act with its photos. `draft` is being filled in, `waiting` is to be sent, `refused`
 * was not taken and says why.
 */
export interface Item {
  id: string;
  kind: KindName;
  /** The thing it is about: acts upon the same thing are sent in order. */
  about: string;
  /** What it is about, for people: there may be many of a kind. */
  label?: string;
  body: Record<string, unknown>;
  /** What stood in the fields of its form, so that it can be changed. */
  fields?: Record<string, unknown>;
  photos: ItemPhoto[];
  state: 'draft' | 'waiting' | 'refused';
  /** Whether the act has been taken, and only photos are left. */
  taken: boolean;
  /** When it was begun, by the phone's clock. */
  at: string;
  /** When it was sent from its form, by the same clock. */
  entered?: string;
  /** What it was before it was opened to be changed: it is that again when nothing comes of it. */
  held?: { state: 'waiting' | 'refused'; problem: Refusal | null };
  /** Counts what was entered: a clock may be set back. None in items of an app that did not count. */
  order?: number;
  problem: Refusal | null;
}

/** As they were entered. */
export const inOrder = (items: Item[]) =>
  items.sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || a.at.localeCompare(b.at));

/** How it went: at once, not yet, or not at all; or somebody has taken it back. */
export type Outcome =
  | { state: 'sent'; answer: unknown }
  | { state: 'waiting' }
  | { state: 'withdrawn' }
  | { state: 'refused'; problem: Refusal };
