import type { Words } from '../api/client';

export type Lang = keyof Words;

export const LANGS: Record<Lang, { name: string; tag: string }> = {
  nb: { name: 'Bokmål', tag: 'nb-NO' },
  nn: { name: 'Nynorsk', tag: 'nn-NO' },
  da: { name: 'Dansk', tag: 'da-DK' },
  en: { name: 'English', tag: 'en-GB' },
};
