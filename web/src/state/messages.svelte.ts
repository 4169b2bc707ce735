import { api, ask, type Schemas } from '../api/client';
import { app } from './app.svelte';

/** What one is told; read anew when the live feed says that there is more. */
class Messages {
  all = $state<Schemas['Message'][]>([]);
  unread = $state(0);
  /** They have been read, and one's choice with them. */
  known = $state(false);
  choice = $state<Schemas['Choice']>({ off: [], asks_a_year: null });

  async load() {
    if (!app.me) return void (this.known = app.about !== null); // who has done nothing is told nothing
    await ask(api.GET('/api/v1/messages')).then(
      (inbox) => this.show(inbox),
      () => {}, // without signal, what was read last stays
    );
  }

  show(inbox: Schemas['Inbox']) {
    [this.all, this.unread, this.choice, this.known] = [inbox.messages, inbox.unread, inbox.choice, true];
  }
}

export const messages = new Messages();
