import { api, ask, type Schemas } from '../api/client';
import { app } from './app.svelte';

/** What one is told; read anew when the live feed says that there is more. */
class Messages {
  all = $state<Schemas['Message'][]>([]);
  unread = $state(0);
  /** They have been read, and one's choice with them. */
  known = $state(false);
  /** What one wants to hear about, as the service has it. */
  choice = $state<Schemas['Choice']>({ off: [], asks_a_year: null });
  private asked = 0;
  private heard = 0;
  private whose: string | null = null;

  async load() {
    if (!app.me) return void (this.known = app.about !== null); // who has done nothing is told nothing
    if (this.whose !== app.me.id) [this.all, this.unread, this.known] = [[], 0, false];
    this.whose = app.me.id;
    const [n, whose] = [++this.asked, this.whose];
    await ask(api.GET('/api/v1/messages')).then(
      (inbox) => n > this.heard && whose === this.whose && ((this.heard = n), this.show(inbox)),
      () => {}, // without signal, what was read last stays
    );
  }

  /** The service has a choice. */
  took(inbox: Schemas['Inbox']) {
    this.choice = inbox.choice;
    this.heard = this.asked; // what was asked for before knows nothing of it
    void this.load(); // with what has come since
  }

  private show(inbox: Schemas['Inbox']) {
    [this.all, this.unread, this.choice, this.known] = [inbox.messages, inbox.unread, inbox.choice, true];
  }
}

export const messages = new Messages();
