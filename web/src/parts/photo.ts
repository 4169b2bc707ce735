/** The longest side of a photo as it is sent, in pixels: what the largest size on the server keeps. */
const LONGEST = 2560;

export interface Picture {
  id: string;
  blob: Blob;
  url: string;
  position: { lat: number; lon: number } | null;
}

let preparing: Promise<unknown> = Promise.resolve();

/** Photos are being made ready: a form that is sent meanwhile waits for them. */
export function prepare(photos: Promise<unknown>) {
  preparing = Promise.all([preparing, photos]);
}

/** When every photo that was chosen is in its form. */
export const prepared = () => preparing;

/** Reads a photo, upright and small enough to send. Where it was taken is read here, and does not travel with it. */
export async function take(file: File): Promise<Picture> {
  const position = await positionOf(file);
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.85));
  if (!blob) throw new Error('the picture could not be written');
  return { id: uuid(), blob, url: URL.createObjectURL(blob), position };
}

async function positionOf(file: File) {
  try {
    const { gps } = await import('exifr/dist/lite.esm.mjs');
    const found = await gps(file);
    return found && Number.isFinite(found.latitude) ? { lat: found.latitude, lon: found.longitude } : null;
  } catch {
    return null; // a photo without a position is as good
  }
}

/** A UUIDv7: ids made on the phone sort by time (RFC 9562, 5.7). */
export function uuid(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) & 0xff;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
