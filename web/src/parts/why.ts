import { language, t, type Key } from '../i18n/index.svelte';

/** Why something was not done: what is chosen by a button is told by its word, the rest as somebody wrote it. */
export function whyOf(why: string): string {
  const key = 'drive.why.' + why;
  return key in language.messages ? t(key as Key) : why;
}
