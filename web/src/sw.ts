/// <reference lib="webworker" />
import { ExpirationPlugin } from 'workbox-expiration';
import { addRoute, cleanupOutdatedCaches, createHandlerBoundToURL, precache } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';

declare let self: ServiceWorkerGlobalScope;

// The app itself opens without signal. A new version waits until a person takes it: what waits to be sent stays.
precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();
// Before the files: the page says `Vary`, and one asked for as `/` would not be found among them.
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//] }));
addRoute();
self.addEventListener('message', (e) => {
  if ((e.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});
self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()));

const limited = (entries: number) => new ExpirationPlugin({ maxEntries: entries, purgeOnQuotaError: true });
const tiles = new CacheFirst({ cacheName: 'tiles', plugins: [limited(1500)] });

// A tile of this version, else one of another version that was looked at or kept: an old colour beats an empty map.
registerRoute(
  ({ url }) => url.pathname.startsWith('/api/v1/tiles/') && url.searchParams.has('v'),
  async (options) => {
    try {
      return await tiles.handle(options);
    } catch {
      const other = await caches.match(options.request, { ignoreSearch: true });
      return other ?? Response.error();
    }
  },
);

// Photos never change. The largest size is looked at once and not kept.
registerRoute(
  ({ url }) => /^\/api\/v1\/photos\/[^/]+\/(list|screen)$/.test(url.pathname),
  new CacheFirst({ cacheName: 'photos', plugins: [limited(300)] }),
);
