import type { Words } from '../api/client';

export type Lang = keyof Words;

/** `locales` are for `Intl`: few browsers know nynorsk, and one that does not would take its own language. */
export const LANGS: Record<Lang, { name: string; tag: string; locales: string[] }> = {
  nb: { name: 'Bokmål', tag: 'nb-NO', locales: ['nb-NO'] },
  nn: { name: 'Nynorsk', tag: 'nn-NO', locales: ['nn-NO', 'nb-NO'] },
  da: { name: 'Dansk', tag: 'da-DK', locales: ['da-DK'] },
  en: { name: 'English', tag: 'en-GB', locales: ['en-GB'] },
};
