import * as L from 'leaflet';
import Supercluster from 'supercluster';
import type { Spot } from './spots';
import { svg } from './symbols';

interface InCluster {
  href: string;
}

/** Marks keep 48 pixels from each other, so that a finger meets the one it wants. Leaflet's world is 256 pixels wide. */
const CLUSTERS = { radius: 48, extent: 256, maxZoom: 16 };

/** Things on the map, clustered where they would lie on top of each other, and the stretches they are for. */
export class Marks {
  private readonly layer = L.layerGroup();
  private readonly lines = L.layerGroup();
  private index = new Supercluster<InCluster>(CLUSTERS).load([]);
  private spots = new Map<string, Spot>();
  private selected: string | null = null;
  private readonly drawn = new Map<string, L.Marker>();
  /** Ids of the clusters that are drawn. */
  private readonly clusters = new Map<string, number>();

  constructor(
    private readonly map: L.Map,
    private readonly clusterName: (n: number) => string,
    private readonly open: (href: string) => void,
  ) {
    this.lines.addTo(map);
    this.layer.addTo(map);
    map.on('moveend', () => this.draw());
  }

  /** Shows these. What has yet to be sent is never in a cluster, nor is what is open. */
  show(spots: Spot[], selected: string | null) {
    this.selected = selected;
    this.spots = new Map(spots.map((s) => [s.href, s]));
    const point = (s: Spot) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [s.lon, s.lat] },
      properties: { href: s.href },
    });
    this.index = new Supercluster<InCluster>(CLUSTERS).load(spots.filter((s) => !this.isApart(s)).map(point));
    this.drawLines();
    this.draw();
  }

  private drawLines() {
    this.lines.clearLayers();
    for (const s of this.spots.values()) {
      if (!s.line) continue;
      const weight = s.href === this.selected ? 12 : 8;
      L.geoJSON(s.line, {
        interactive: false,
        style: { className: 'reserved', weight, lineCap: 'round', opacity: 0.55 },
      }).addTo(this.lines);
    }
  }

  /** Draws what is in view: what is drawn as it should be stays, with the focus it may have. */
  private draw() {
    const b = this.map.getBounds().pad(0.1);
    const found = this.index.getClusters(
      [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()],
      Math.round(this.map.getZoom()),
    );
    const wanted = new Map<string, () => L.Marker>();
    this.clusters.clear();
    for (const f of found) {
      const [lon, lat] = f.geometry.coordinates as [number, number];
      const properties = f.properties;
      if ('cluster' in properties && properties.cluster) {
        const key = [lat, lon, this.clusterName(properties.point_count)].join();
        this.clusters.set(key, properties.cluster_id);
        wanted.set(key, () => this.cluster(lat, lon, key, properties.point_count));
      } else this.want(wanted, (properties as InCluster).href);
    }
    for (const s of this.spots.values()) if (this.isApart(s)) this.want(wanted, s.href);
    for (const [key, mark] of this.drawn) {
      if (wanted.has(key)) continue;
      mark.remove();
      this.drawn.delete(key);
    }
    for (const [key, make] of wanted) if (!this.drawn.has(key)) this.drawn.set(key, make());
  }

  private isApart = (s: Spot) => s.href === this.selected || s.mark === 'waiting';

  private want(wanted: Map<string, () => L.Marker>, href: string) {
    const spot = this.spots.get(href);
    if (!spot) return;
    const chosen = href === this.selected;
    wanted.set([href, spot.lat, spot.lon, spot.mark, spot.name, chosen].join(), () => this.spot(spot, chosen));
  }

  private cluster(lat: number, lon: number, key: string, count: number) {
    const icon = L.divIcon({
      className: 'cluster',
      html: `<span aria-hidden="true">${count}</span>`,
      iconSize: [44, 44],
    });
    return this.mark(lat, lon, icon, this.clusterName(count)).on('click', () => {
      const id = this.clusters.get(key) ?? 0; // as the index of the moment has it
      const zoom = Math.min(17, this.index.getClusterExpansionZoom(id) + 0.5);
      const still = this.map.options.zoomAnimation === false; // who wants less motion
      this.map.flyTo([lat, lon], zoom, { duration: 0.4, animate: !still });
    });
  }

  private spot({ href, lat, lon, mark, name }: Spot, chosen: boolean) {
    const icon = L.divIcon({
      className: chosen ? 'mark chosen' : 'mark',
      html: svg(mark, chosen ? 42 : 34),
      iconSize: [44, 44],
    });
    return this.mark(lat, lon, icon, name, chosen ? 1000 : 0).on('click', () => this.open(href));
  }

  private mark(lat: number, lon: number, icon: L.DivIcon, name: string, zIndexOffset = 0): L.Marker {
    const options = { icon, keyboard: true, alt: name, title: name, riseOnHover: true, zIndexOffset };
    const mark = L.marker([lat, lon], options).addTo(this.layer);
    // Leaflet opens marks by keyboard only where they have a popup.
    return mark.on('keydown', ({ originalEvent }: L.LeafletKeyboardEvent) => {
      if (originalEvent.key !== 'Enter' && originalEvent.key !== ' ') return;
      originalEvent.preventDefault();
      mark.fire('click');
    });
  }
}
