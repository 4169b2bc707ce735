import type { Hotspot } from '../api/client';
import { app } from './app.svelte';
import { messages } from './messages.svelte';
import { things, type LayerName, type Layers } from './things.svelte';

/** Reads what the map shows anew. */
function renew() {
  if (!app.bounds) return;
  void app.load(app.bounds);
  void things.load(app.bounds);
}

/** Follows the live feed; the browser goes on from the last event by itself when the connection breaks. */
export function follow(since: number): () => void {
  const feed = new EventSource(`/api/v1/events?since=${since}`);
  feed.onopen = () => {
    app.live = true;
    // Begun without signal: what the phone had is renewed.
    if (app.asOf !== null) void app.start().then(renew);
  };
  // A connection may look open for minutes after the signal has gone.
  const gone = new AbortController();
  addEventListener('offline', () => (app.live = false), gone);
  addEventListener('online', () => (app.live = feed.readyState === EventSource.OPEN), gone);
  feed.onerror = () => {
    app.live = false;
    if (feed.readyState !== EventSource.CLOSED) return; // a broken connection it mends by itself
    gone.abort();
    const again = () => setTimeout(() => void app.start().then(() => follow(app.about?.seq ?? since), again), 5000);
    again();
  };
  feed.addEventListener('change', (e) => {
    const said = JSON.parse(e.data) as { layer: string; hotspot?: Hotspot; thing?: Layers[LayerName] };
    if (said.hotspot) app.hold(said.hotspot);
    if (said.thing) things.keep(said.layer as LayerName, said.thing);
    else if (['cleanup', 'adoption', 'survey'].includes(said.layer)) things.changed += 1;
    if (said.layer === 'message') void messages.load();
    if (said.layer === 'zone') app.zonesChanged += 1;
  });
  feed.addEventListener('shore', (e) => (app.shoreVersion = e.data as string));
  feed.addEventListener('reload', renew);
  return () => (gone.abort(), feed.close());
}
