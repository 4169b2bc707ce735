import L from 'leaflet';
import { TerraDraw, TerraDrawPolygonMode, TerraDrawSelectMode, type GeoJSONStoreFeatures } from 'terra-draw';
import { TerraDrawLeafletAdapter } from 'terra-draw-leaflet-adapter';

/** Drawing a zone, or moving the corners of one. */
export class ZoneDrawing {
  private readonly draw: TerraDraw;

  constructor(
    map: L.Map,
    shape: GeoJSON.Polygon | GeoJSON.MultiPolygon | null,
    changed: (shape: GeoJSON.Polygon | null) => void,
  ) {
    const coordinates = { midpoints: true, draggable: true, deletable: true };
    this.draw = new TerraDraw({
      adapter: new TerraDrawLeafletAdapter({ lib: L, map, coordinatePrecision: 6 }),
      modes: [
        new TerraDrawPolygonMode({ styles: { fillColor: '#0a5ea8', outlineColor: '#0a5ea8', outlineWidth: 3 } }),
        new TerraDrawSelectMode({ flags: { polygon: { feature: { draggable: true, coordinates } } } }),
      ],
    });
    this.draw.start();
    const tell = () => changed(this.polygon());
    this.draw.on('finish', (id) => {
      this.draw.setMode('select');
      this.draw.selectFeature(id);
      tell();
    });
    // terra-draw reshapes one outer ring: of several parts the largest is reshaped.
    const ring = shape && (shape.type === 'Polygon' ? shape.coordinates[0] : longest(shape.coordinates));
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
    const [added] = this.draw.addFeatures([feature as GeoJSONStoreFeatures]);
    this.draw.setMode('select');
    if (added?.id) this.draw.selectFeature(added.id);
    this.draw.on('change', tell);
    tell();
  }

  private polygon(): GeoJSON.Polygon | null {
    const drawn = this.draw
      .getSnapshot()
      .filter((f) => f.geometry.type === 'Polygon' && f.properties.mode === 'polygon');
    return (drawn[0]?.geometry as GeoJSON.Polygon | undefined) ?? null;
  }

  stop() {
    this.draw.stop();
  }
}

function longest(parts: GeoJSON.Position[][][]): GeoJSON.Position[] | undefined {
  return parts.map((p) => p[0] ?? []).sort((a, b) => b.length - a.length)[0];
}
