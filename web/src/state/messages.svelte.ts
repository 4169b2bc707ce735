import { api, ask, type Schemas } from '../api/client';
import { app } from './app.svelte';

/** What one is told; read anew when the live feed says that there is more. */
class Messages {
  all = $state<Schemas['Message'][]>([]);
  unread = $state(0);
  choice = $state<Schemas['Choice']>({ off: [], asks_a_year: null });

  async load() {
    if (!app.me) return;
    await ask(api.GET('/api/v1/messages')).then(
      (inbox) => this.show(inbox),
      () => {}, // without signal, what was read last stays
    );
  }

  show(inbox: Schemas['Inbox']) {
    [this.all, this.unread, this.choice] = [inbox.messages, inbox.unread, inbox.choice];
  }
}

export const messages = new Messages();
