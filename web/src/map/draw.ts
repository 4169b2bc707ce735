import * as L from 'leaflet';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode, type GeoJSONStoreFeatures } from 'terra-draw';
import { TerraDrawLeafletAdapter } from 'terra-draw-leaflet-adapter';

export type Shape = GeoJSON.Polygon | GeoJSON.MultiPolygon;

/** Drawing a zone, or moving the corners of one. */
export class ZoneDrawing {
  private readonly draw: TerraDraw;
  /** What happens meanwhile is not told. */
  private quiet = false;

  constructor(map: L.Map, shape: Shape | null, changed: (shape: Shape | null) => void) {
    const coordinates = { midpoints: true, draggable: true, deletable: true };
    this.draw = new TerraDraw({
      adapter: new TerraDrawLeafletAdapter({
        lib: { geoJSON: L.geoJSON, circleMarker: L.circleMarker } as typeof L,
        map,
        coordinatePrecision: 6,
      }),
      modes: [
        new TerraDrawPolygonMode({ styles: { fillColor: '#0a5ea8', outlineColor: '#0a5ea8', outlineWidth: 3 } }),
        new TerraDrawSelectMode({ flags: { polygon: { feature: { draggable: true, coordinates } } } }),
      ],
    });
    this.draw.start();
    // terra-draw reshapes one outer ring: of several parts the largest. The others, and holes, stay as they are.
    const parts = shape ? (shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates) : [];
    const largest = parts.reduce((most, part, i) => (area(part) > area(parts[most] ?? []) ? i : most), 0);
    const ring = parts[largest]?.[0];
    let before = '';
    const tell = () => {
      if (this.quiet) return;
      const drawn = this.ring();
      if (!drawn) {
        queueMicrotask(() => this.again()); // not while terra-draw is at it
        return changed(null);
      }
      if (JSON.stringify(drawn) === before) return;
      before = JSON.stringify(drawn);
      const reshaped = parts.map((part, i) => (i === largest ? [drawn, ...part.slice(1)] : part));
      changed(
        reshaped.length > 1
          ? { type: 'MultiPolygon', coordinates: reshaped }
          : { type: 'Polygon', coordinates: reshaped[0] ?? [drawn] },
      );
    };
    this.draw.on('change', tell);
    this.draw.on('finish', (id) => {
      this.quiet = true; // whoever hears of the shape may stop the drawing
      this.draw.setMode('select');
      this.draw.selectFeature(id);
      this.quiet = false;
      tell();
    });
    if (!ring) {
      this.draw.setMode('polygon');
      return;
    }
    const rounded = ring.map(([lon, lat]) => [Number(lon?.toFixed(6)), Number(lat?.toFixed(6))]);
    const feature = {
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [rounded] },
      properties: { mode: 'polygon' },
    };
    before = JSON.stringify(rounded);
    const [added] = this.draw.addFeatures([feature as GeoJSONStoreFeatures]);
    this.draw.setMode('select');
    if (added?.id) this.draw.selectFeature(added.id);
  }

  /** What was removed is drawn anew. */
  private again() {
    if (!this.quiet && this.draw.getMode() === 'select' && !this.ring()) this.draw.setMode('polygon');
  }

  /** The ring that has been drawn to its end. */
  private ring(): GeoJSON.Position[] | null {
    if (this.draw.getMode() === 'polygon') return null;
    const drawn = this.draw
      .getSnapshot()
      .filter((f) => f.geometry.type === 'Polygon' && f.properties.mode === 'polygon');
    return (drawn[0]?.geometry as GeoJSON.Polygon | undefined)?.coordinates[0] ?? null;
  }

  stop() {
    this.quiet = true;
    this.draw.stop();
  }
}

/** How much an outer ring holds, in square degrees: enough to tell which of some is the largest. */
function area([ring = []]: GeoJSON.Position[][]): number {
  const doubled = ring.reduce((sum, [x = 0, y = 0], i) => {
    const [u = 0, v = 0] = ring[i + 1] ?? [];
    return i + 1 < ring.length ? sum + x * v - u * y : sum;
  }, 0);
  return Math.abs(doubled) / 2;
}
