import { Refused, refusal, type Person } from '../api/client';
import { app } from '../state/app.svelte';
import type { Item, ItemPhoto, Refusal } from './item';
import { kindOf } from './kinds';

/** Bytes of a part of a photo: as many as the signal carries in time, halved when one does not get through. */
const MOST = 128 * 1024;
const LEAST = 8 * 1024;
let carries = MOST;
/** A request without an answer for so long has none: it is sent again. */
const PATIENCE_MS = 30_000;

/** It did not get through: no signal, or a server that cannot take it now. It is to be tried again after a while. */
export class NotNow extends Error {
  constructor(
    /** Whether the service was reached, so that other things may go. */
    readonly reached = false,
    readonly afterSeconds: number | null = null,
  ) {
    super('not now');
  }
}

/** The server says no, and will say no again. */
export class No extends Error {
  constructor(readonly problem: Refusal) {
    super(problem.code);
  }
}

/** What a refusal of a HEAD says, which has no body to say it in. */
const SAYS: Record<number, string> = { 401: 'no_session', 403: 'forbidden', 404: 'not_found' };

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, signal: AbortSignal.timeout(PATIENCE_MS), cache: 'no-store' });
  } catch {
    throw new NotNow();
  }
  if (response.ok) return response;
  // A body that breaks off is no answer.
  const problem: Refused = refusal(
    await response.json().catch(() => (init.method === 'HEAD' ? { code: SAYS[response.status] } : null)),
  );
  if (response.status === 429 || response.status >= 500 || response.status === 408) {
    throw new NotNow(response.status !== 429, Number(response.headers.get('retry-after')) || null);
  }
  throw new No({ code: problem.code, field: problem.field, facts: problem.facts });
}

/** As [request], beginning a session first where there is none or it has ended. */
async function asSomebody(path: string, init: RequestInit): Promise<Response> {
  try {
    return await request(path, init);
  } catch (e) {
    const code = e instanceof No ? e.problem.code : '';
    // Who has an account enters anew; nothing of theirs goes in as a stranger's.
    const account = app.me !== null && app.me.role !== 'volunteer';
    if (account || !['no_session', 'session_expired'].includes(code)) throw e;
    const begun = await request('/api/v1/session', { method: 'POST' });
    const { person } = (await begun.json().catch(() => ({}))) as { person?: Person | null };
    if (person) app.become(person);
    app.feedsEnded += 1; // the live feed is that of nobody, or of a session that has ended
    return await request(path, init).catch((again: unknown) => {
      throw again instanceof No && again.problem.code === 'session_expired' ? new NotNow(true) : again;
    });
  }
}

/** Sends the act. */
export async function sendAct(item: Item): Promise<unknown> {
  const { method, path, headers, ...other } = kindOf(item).request(item);
  const body = 'body' in other ? other.body : item.body;
  const response = await asSomebody(path, {
    method,
    headers: {
      'idempotency-key': item.id,
      // How long it waited tells the server when it was entered, however wrong this clock is.
      'entered-at': item.entered ?? item.at,
      'sent-at': new Date().toISOString(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.status === 204 ? null : response.json().catch(() => Promise.reject(new NotNow()));
}

/**
 * Sends a photo in parts (draft-ietf-httpbis-resumable-upload), from where the server has it: what got through before the
 * app was killed is not sent again. `arrived` is told the bytes that are there.
 */
export async function sendPhoto(photo: ItemPhoto, blob: Blob, arrived: (bytes: number) => Promise<void>) {
  const path = `/api/v1/photos/${photo.id}`;
  let { offset, complete } = await received(path);
  while (!complete) {
    if (offset > blob.size) throw new No({ code: 'photo_unreadable', field: null, facts: {} });
    await arrived(offset);
    // Empty when all bytes are there and only the last answer was lost.
    const part = blob.slice(offset, offset + carries);
    const last = offset + part.size >= blob.size;
    const headers = {
      'content-type': 'application/partial-upload',
      'upload-offset': String(offset),
      'upload-complete': last ? '?1' : '?0',
    };
    try {
      await asSomebody(path, { method: 'PATCH', headers, body: part });
      [offset, complete] = [offset + part.size, last];
      carries = Math.min(MOST, carries * 2);
    } catch (e) {
      if (e instanceof NotNow) carries = Math.max(LEAST, Math.floor(carries / 2));
      if (!(e instanceof No) || e.problem.code !== 'wrong_offset') throw e;
      ({ offset, complete } = await received(path)); // another tab was ahead
    }
  }
  await arrived(blob.size);
}

async function received(path: string) {
  const { headers } = await asSomebody(path, { method: 'HEAD' });
  return { offset: Number(headers.get('upload-offset')), complete: headers.get('upload-complete') === '?1' };
}
