import { onDestroy } from 'svelte';
import { Refused } from '../api/client';
import { outbox, type Entry } from '../outbox/outbox.svelte';
import { uuid } from './photo';

/** An act that a button or a form does: it goes through the outbox, and how it went is shown beside the button. */
export class Acting {
  busy = $state(false);
  error = $state<unknown>(null);
  /** The item that is kept and will be sent. */
  private kept = $state<string | null>(null);

  private gone = false;

  constructor() {
    onDestroy(() => (this.gone = true));
  }

  /** It is kept and will be sent. */
  get waiting(): boolean {
    return outbox.items.some((i) => i.id === this.kept && i.state === 'waiting');
  }

  /** What was said of something else is not of this. */
  forget() {
    [this.error, this.kept] = [null, null];
  }

  /**
   * Returns whether the server has taken it; what it answered is in the app by then. What has to be made ready first is
   * given as a function, null when it cannot be: a second press meanwhile is none.
   */
  async send(given: Entry | (() => Promise<Entry | null>)): Promise<boolean> {
    const making = typeof given === 'function';
    if (making && this.busy) return false;
    [this.busy, this.error] = [true, null];
    const entry = making ? await given() : given;
    if (!entry) return (this.busy = false);
    const id = entry.id ?? uuid();
    const outcome = await outbox.send({ ...entry, id });
    this.busy = false;
    this.kept = outcome.state === 'waiting' ? id : null;
    if (outcome.state === 'refused') {
      this.error = Refused.of(outcome.problem);
      // Told here, and what was entered is still in the form; a photo, or what nobody was there to read, is kept in the list.
      if (!this.gone && !entry.photos?.length) await outbox.withdraw(id);
    }
    return outcome.state === 'sent';
  }
}
