const text = (bytes: Uint8Array) => [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');

/** SHA-256 of a text, in hexadecimal. */
export const hex = async (of: string) =>
  text(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(of))));

/** A seed nobody can guess: 128 bits of chance, in hexadecimal. */
export const freshSeed = () => text(crypto.getRandomValues(new Uint8Array(16)));
