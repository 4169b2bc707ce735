import type { Hotspot } from '../api/client';
import { app } from './app.svelte';
import { messages } from './messages.svelte';
import { things, type LayerName, type Layers } from './things.svelte';

/** Reads what the map shows anew. */
function renew() {
  if (!app.bounds) return;
  void app.load(app.bounds);
  void things.load(app.bounds);
  void messages.load();
}

/** What was heard last: from there it goes on. */
let seen = 0;

/**
 * Follows the live feed as who one is now; the browser goes on from the last event by itself when the connection breaks,
 * and `app.feedsEnded` counts when it will not.
 */
export function follow(since: number): () => void {
  const over = new AbortController();
  seen ||= since;
  const feed = new EventSource(`/api/v1/events?since=${seen}`);
  feed.onopen = () => {
    app.live = true;
    // Begun without signal: what the phone had is renewed.
    if (app.asOf !== null) void app.start().then(renew);
    else if (!messages.known) void messages.load();
  };
  // A connection may look open for minutes after the signal has gone.
  addEventListener('offline', () => (app.live = false), over);
  addEventListener('online', () => (app.live = feed.readyState === EventSource.OPEN), over);
  let later: ReturnType<typeof setTimeout> | undefined;
  feed.onerror = () => {
    app.live = false;
    if (feed.readyState !== EventSource.CLOSED) return; // a broken connection it mends by itself
    const again = () => (app.feedsEnded += 1);
    later = setTimeout(() => void app.start().then(again, again), 5000);
  };
  for (const kind of ['change', 'shore', 'reload'] as const) {
    feed.addEventListener(kind, (e) => {
      if (e.lastEventId) seen = Number(e.lastEventId);
      HEARD[kind](e.data as string);
    });
  }
  return () => (over.abort(), feed.close(), clearTimeout(later));
}

const HEARD = {
  change(data: string) {
    const said = JSON.parse(data) as { layer: string; hotspot?: Hotspot; thing?: Layers[LayerName] };
    if (said.hotspot) app.hold(said.hotspot);
    if (said.thing) things.keep(said.layer as LayerName, said.thing);
    else if (['cleanup', 'adoption', 'survey'].includes(said.layer)) things.changed += 1;
    if (said.layer === 'message') void messages.load();
    if (said.layer === 'zone') app.zonesChanged += 1;
  },
  shore: (version: string) => (app.shoreVersion = version),
  reload: renew,
};
