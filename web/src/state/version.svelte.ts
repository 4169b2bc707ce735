import { outbox } from '../outbox/outbox.svelte';

/** Whether a newer app is there, and how it is taken. */
class Version {
  newer = $state<ServiceWorker | null>(null);

  /** Registers what keeps the app on the phone. */
  async start() {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    let known = !!navigator.serviceWorker.controller;
    try {
      const registration = await navigator.serviceWorker.register('/sw.js');
      const waits = () => {
        if (registration.waiting && navigator.serviceWorker.controller) this.newer = registration.waiting;
      };
      waits();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', waits);
      });
      document.addEventListener('visibilitychange', () => {
        if (document.visibilityState === 'visible') void registration.update().catch(() => {});
      });
    } catch {
      return; // a private window: the app works as long as there is signal
    }
    // The first one only takes over; a later one is another app.
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (known) location.reload();
      known = true;
    });
  }

  take() {
    if (outbox.full) return; // what is only in memory would be gone; it is said on the screen
    this.newer?.postMessage({ type: 'SKIP_WAITING' });
  }
}

export const version = new Version();
