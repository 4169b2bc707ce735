import L from 'leaflet';
import Supercluster from 'supercluster';
import type { Hotspot } from '../api/client';
import { markOf, svg, type Mark } from './symbols';

interface Spot {
  id: string;
  mark: Mark;
}

/** Marks keep 48 pixels from each other, so that a finger meets the one it wants. Leaflet's world is 256 pixels wide. */
const CLUSTERS = { radius: 48, extent: 256, maxZoom: 16 };

/** What the marks on the map are called, for those who hear it. */
export interface Names {
  hotspot: (h: Hotspot) => string;
  cluster: (n: number) => string;
}

/** Hotspots on the map, clustered where they would lie on top of each other. */
export class Marks {
  private readonly layer = L.layerGroup();
  private index = new Supercluster<Spot>(CLUSTERS);
  private hotspots = new Map<string, Hotspot>();
  private selected: string | null = null;

  constructor(
    private readonly map: L.Map,
    private readonly names: () => Names,
    private readonly open: (id: string) => void,
  ) {
    this.layer.addTo(map);
    map.on('moveend', () => this.draw());
  }

  show(hotspots: Hotspot[]) {
    this.hotspots = new Map(hotspots.map((h) => [h.id, h]));
    const others = hotspots.filter((h) => h.id !== this.selected); // the chosen one is never in a cluster
    const point = (h: Hotspot) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [h.lon, h.lat] },
      properties: { id: h.id, mark: markOf(h) },
    });
    this.index = new Supercluster<Spot>(CLUSTERS);
    this.index.load(others.map(point));
    this.draw();
  }

  /** Says which one is chosen, before it is shown. */
  select(id: string | null) {
    this.selected = id;
  }

  private draw() {
    this.layer.clearLayers();
    const b = this.map.getBounds().pad(0.1);
    const found = this.index.getClusters(
      [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()],
      Math.round(this.map.getZoom()),
    );
    for (const f of found) {
      const [lon, lat] = f.geometry.coordinates as [number, number];
      const properties = f.properties;
      if ('cluster' in properties && properties.cluster)
        this.cluster(lat, lon, properties.cluster_id, properties.point_count);
      else this.spot(lat, lon, (properties as Spot).id);
    }
    const chosen = this.hotspots.get(this.selected ?? '');
    if (chosen) this.spot(chosen.lat, chosen.lon, chosen.id);
  }

  private cluster(lat: number, lon: number, id: number, count: number) {
    const icon = L.divIcon({ className: 'cluster', html: String(count), iconSize: [44, 44] });
    const mark = this.mark(lat, lon, icon, this.names().cluster(count));
    mark.on('click', () =>
      this.map.flyTo([lat, lon], Math.min(17, this.index.getClusterExpansionZoom(id) + 0.5), { duration: 0.4 }),
    );
  }

  private spot(lat: number, lon: number, id: string) {
    const hotspot = this.hotspots.get(id);
    if (!hotspot) return;
    const chosen = id === this.selected;
    const icon = L.divIcon({
      className: chosen ? 'mark chosen' : 'mark',
      html: svg(markOf(hotspot), chosen ? 42 : 34),
      iconSize: [44, 44],
    });
    this.mark(lat, lon, icon, this.names().hotspot(hotspot)).on('click', () => this.open(id));
  }

  private mark(lat: number, lon: number, icon: L.DivIcon, name: string): L.Marker {
    return L.marker([lat, lon], { icon, keyboard: true, alt: name, title: name, riseOnHover: true }).addTo(this.layer);
  }
}
