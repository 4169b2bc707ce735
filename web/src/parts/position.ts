interface Located {
  lat: number;
  lon: number;
  /** Metres, at 95 % confidence. */
  accuracy: number;
}

/** Where the phone is (W3C Geolocation); null when it does not say. */
export const position = (timeout = 10_000) =>
  new Promise<Located | null>((found) => {
    if (!('geolocation' in navigator)) return found(null);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      () => found(null),
      { enableHighAccuracy: true, timeout, maximumAge: 30_000 },
    );
  });
