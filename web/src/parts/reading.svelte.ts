import { untrack } from 'svelte';

/** When a page reads again what it has asked before, and how it forgets what was answered to another question. */
interface Anew {
  again?: () => unknown;
  forget?: () => void;
}

/**
 * Reads what a page shows: anew when what it asks by has changed, and when what `again` reads has. What is answered
 * after the page asks by something else, or has gone, is not heard. Of answers to the same question whichever comes
 * first is, so that a busy shore and a thin signal do not wait for each other, but none that is older than the last.
 */
export function reading<T>(
  question: () => Promise<T>,
  found: (answer: T) => void,
  failed: (e: unknown) => void = () => {},
  { again, forget }: Anew = {},
) {
  let answered = false;
  $effect(() => {
    if (answered) untrack(() => forget?.());
    let [asked, heard, here, first] = [0, 0, true, true];
    const put = () => {
      const n = ++asked;
      const late = () => !here || n < heard;
      question().then(
        (answer) => {
          if (late()) return;
          answered = true;
          heard = n; // a failure is not: what is still on its way is better
          found(answer);
        },
        (e) => {
          if (late()) return;
          answered = true;
          failed(e);
        },
      );
    };
    put();
    $effect(() => {
      again?.();
      if (!first) untrack(put);
      first = false;
    });
    return () => (here = false);
  });
}

/** The last answer to a question, and before it `before`, for what is left out when there is none: nobody is told that it failed. */
export function latest<T>(before: T, question: () => Promise<T>, again?: () => unknown): () => T {
  let answer = $state.raw(before);
  reading(
    question,
    (found) => (answer = found),
    () => {},
    { forget: () => (answer = before), ...(again ? { again } : {}) },
  );
  return () => answer;
}

/** Counts, as long as something goes on that has to be looked at again and again. */
export function looking(goesOn: () => boolean, ms: number): () => number {
  let looks = $state(0);
  $effect(() => {
    if (!goesOn()) return;
    const again = setInterval(() => (looks += 1), ms);
    return () => clearInterval(again);
  });
  return () => looks;
}
