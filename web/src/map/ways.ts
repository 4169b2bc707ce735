import * as L from 'leaflet';

/** The way of a vehicle, as the map draws it. */
export interface Way {
  id: string;
  /** Which colour, from 0. */
  colour: number;
  /** By sea the line is dashed: it is the line that was timed. */
  boat: boolean;
  lines: [number, number][][];
  depot: { lat: number; lon: number };
  stops: { lat: number; lon: number; n: number; name: string; state: 'open' | 'done' | 'failed'; site: boolean }[];
}

/** How many colours there are for ways. */
export const COLOURS = 6;

/** Ways of vehicles with their numbered stops. */
export class WayLayer {
  private readonly layer = L.layerGroup();
  private framed = '';

  constructor(private readonly map: L.Map) {
    this.layer.addTo(map);
  }

  show(ways: Way[]) {
    this.layer.clearLayers();
    for (const way of ways) this.draw(way);
    this.frame(ways);
  }

  private draw(way: Way) {
    const colour = `way way-${way.colour % COLOURS}${way.boat ? ' by-sea' : ''}`;
    for (const line of way.lines) {
      const latlngs = line.map(([lon, lat]) => [lat, lon] as [number, number]);
      L.polyline(latlngs, { className: 'way halo', weight: 9, interactive: false }).addTo(this.layer);
      L.polyline(latlngs, { className: colour, weight: 5, interactive: false }).addTo(this.layer);
    }
    this.mark([way.depot.lat, way.depot.lon], `stop depot ${colour}`, '');
    for (const s of way.stops)
      this.mark([s.lat, s.lon], `stop ${s.state}${s.site ? ' site' : ''} ${colour}`, String(s.n), s.name);
  }

  private mark(at: [number, number], className: string, text: string, title = '') {
    const icon = L.divIcon({ className, html: `<span>${text}</span>`, iconSize: [30, 30] });
    L.marker(at, { icon, keyboard: false, interactive: false, title, alt: title }).addTo(this.layer);
  }

  /** Another set of ways is brought into view; one that only changes leaves the view alone. */
  private frame(ways: Way[]) {
    const ids = ways.map((w) => w.id).join(' ');
    if (ids === this.framed) return;
    this.framed = ids;
    const places = ways.flatMap((w) => [w.depot, ...w.stops]).map((p) => [p.lat, p.lon] as [number, number]);
    if (places.length === 0) return;
    this.map.invalidateSize({ animate: false }); // a panel may just have taken half of the map
    // What lies over the map stands at its top: the legend to the left, the tools to the right.
    const wide = this.map.getSize().x > 600;
    const [paddingTopLeft, paddingBottomRight] = [L.point(wide ? 260 : 30, wide ? 30 : 70), L.point(64, 40)];
    this.map.fitBounds(L.latLngBounds(places), { animate: false, paddingTopLeft, paddingBottomRight });
  }
}
