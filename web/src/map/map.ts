import * as L from 'leaflet';
import 'leaflet/dist/leaflet.css';
import './map.css';
import type { Bounds } from '../state/app.svelte';
import type { Shape } from './draw';
import { Marks } from './marks';
import { ShoreLayer } from './shore';
import type { Spot } from './spots';
import type { Way, WayLayer } from './ways';

export interface Position {
  lat: number;
  lon: number;
}

export interface Callbacks {
  moved: (bounds: Bounds) => void;
  tapped: (at: Position) => void;
  opened: (href: string) => void;
  clusterName: (n: number) => string;
}

interface View extends Position {
  zoom: number;
}

/** The view in the address: `#13/58.43210/8.82330`; what is shown may follow behind a question mark. */
export function viewOf(hash: string): View | null {
  const match = /^#(\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)(?:\?|$)/.exec(hash);
  if (!match) return null;
  const [zoom, lat, lon] = match.slice(1).map(Number) as [number, number, number];
  return zoom <= 20 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

/** The map. Everything else in the app speaks to it, never to Leaflet. */
export class CoastMap {
  private readonly map: L.Map;
  private readonly shore: ShoreLayer;
  private readonly marks: Marks;
  private ways: Promise<WayLayer> | null = null;
  private pin: L.Marker | null = null;
  private me: L.CircleMarker | null = null;
  private chosen: L.GeoJSON | null = null;
  /** While a zone is drawn, taps are corners. */
  private drawing = false;

  constructor(element: HTMLElement, bounds: [number, number, number, number] | null, version: string, on: Callbacks) {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      zoomSnap: 0.5,
      minZoom: 3,
      maxZoom: 18,
      zoomAnimation: !still,
      fadeAnimation: !still,
      markerZoomAnimation: !still,
      inertia: !still,
    });
    L.control.scale({ imperial: false, position: 'bottomright' }).addTo(this.map);
    const view = viewOf(location.hash);
    const whole = bounds && L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]);
    if (view) this.map.setView([view.lat, view.lon], view.zoom);
    else if (whole) this.map.setView(whole.getCenter(), this.map.getBoundsZoom(whole, true));
    else this.map.setView([58.45, 8.8], 9);
    if (whole) this.keepWithin(whole);
    this.shore = new ShoreLayer(version);
    this.marks = new Marks(this.map, on.clusterName, on.opened);
    this.map.on('click', (e) => !this.drawing && on.tapped({ lat: e.latlng.lat, lon: e.latlng.wrap().lng }));
    this.map.on('moveend', () => this.moved(on.moved));
    addEventListener('hashchange', () => {
      const wanted = viewOf(location.hash);
      // While a zoom is animated, Leaflet drops every other view that is asked for, unless it is told to begin anew.
      if (wanted) this.map.setView([wanted.lat, wanted.lon], wanted.zoom, { reset: true } as L.ZoomPanOptions);
    });
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(element);
    this.moved(on.moved);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.shore.repaint());
    // Chosen by hand: see state/theme.
    new MutationObserver(() => this.shore.repaint()).observe(document.documentElement, {
      attributeFilter: ['data-theme'],
    });
  }

  /** Draws the shore. Apart from the rest: either takes a phone a while, and between them it hears a finger. */
  drawShore() {
    this.shore.addTo(this.map);
  }

  /** Outside the coast that is known there is nothing to see, so the map stays on it. */
  private keepWithin(bounds: L.LatLngBounds) {
    const least = Math.min(this.map.getBoundsZoom(bounds, true), 12);
    // At once: while a zoom is animated, Leaflet drops every other view that is asked for.
    if (this.map.getZoom() < least) this.map.setZoom(least, { animate: false });
    this.map.setMinZoom(least);
    this.map.setMaxBounds(bounds.pad(0.02));
    this.map.options.maxBoundsViscosity = 1;
  }

  private moved(tell: (bounds: Bounds) => void) {
    const [centre, b] = [this.map.getCenter().wrap(), this.map.getBounds()];
    const shown = /\?.*/.exec(location.hash)?.[0] ?? '';
    const hash = `#${this.map.getZoom()}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}${shown}`;
    history.replaceState(history.state, '', location.pathname + location.search + hash);
    const clamp = (value: number, most: number) => Math.max(-most, Math.min(most, value));
    tell({
      west: clamp(b.getWest(), 180),
      south: clamp(b.getSouth(), 90),
      east: clamp(b.getEast(), 180),
      north: clamp(b.getNorth(), 90),
    });
  }

  /** Shows things; the one whose address is open stands out. */
  show(spots: Spot[], selected: string | null) {
    this.marks.show(spots, selected);
  }

  /** Shows the ways of vehicles; how they are drawn is fetched when there are some. */
  async showWays(ways: Way[]) {
    if (!this.ways && ways.length === 0) return;
    this.ways ??= import('./ways').then((m) => new m.WayLayer(this.map));
    (await this.ways).show(ways);
  }

  /** Draws the stretches that are being chosen. */
  choose(lines: GeoJSON.MultiLineString | null) {
    this.chosen?.remove();
    this.chosen = lines
      ? L.geoJSON(lines, { interactive: false, style: { className: 'chosen-stretch', weight: 12, opacity: 0.8 } })
      : null;
    this.chosen?.addTo(this.map);
  }

  recolour(version: string) {
    this.shore.show(version);
  }

  /** Shows a frame. */
  frame(b: Bounds) {
    this.map.fitBounds([
      [b.south, b.west],
      [b.north, b.east],
    ]);
  }

  centre(): Position {
    const c = this.map.getCenter().wrap();
    return { lat: c.lat, lon: c.lng };
  }

  zoomBy(steps: number) {
    this.map.setZoom(this.map.getZoom() + steps);
  }

  /** Brings a place into view when it is not, near enough to tell it from its neighbours. */
  reveal(at: Position) {
    this.map.invalidateSize({ animate: false }); // a panel may just have taken half of the map
    const [p, size] = [this.map.latLngToContainerPoint([at.lat, at.lon]), this.map.getSize()];
    const [box, own] = [this.map.getContainer().getBoundingClientRect(), this.map.getContainer()];
    const over = document.elementFromPoint(box.x + p.x, box.y + p.y); // the legend may lie there
    const seen = p.x > 24 && p.y > 56 && p.x < size.x - 64 && p.y < size.y - 24 && (!over || own.contains(over));
    if (!seen || this.map.getZoom() < 12)
      this.map.setView([at.lat, at.lon], Math.max(13, this.map.getZoom()), { animate: false });
  }

  /** Puts the pin somewhere, or takes it away. One that can be dragged tells where it is put. */
  setPin(at: Position | null, name: string, dragged?: (at: Position) => void) {
    const focused = !!this.pin && document.activeElement === this.pin.getElement();
    this.pin?.remove();
    this.pin = null;
    if (!at) return;
    const html =
      '<svg viewBox="0 0 40 52" width="40" height="52" aria-hidden="true"><path d="M20 2a17 17 0 0 1 17 17c0 12-17 31-17 31S3 31 3 19A17 17 0 0 1 20 2z" fill="#0d4a58" stroke="#fff" stroke-width="3"/><circle cx="20" cy="19" r="6" fill="#fff"/></svg>';
    const icon = L.divIcon({ className: 'pin', html, iconSize: [40, 52], iconAnchor: [20, 50] });
    this.pin = L.marker([at.lat, at.lon], {
      icon,
      draggable: !!dragged,
      alt: name,
      title: name,
      zIndexOffset: 1000,
      keyboard: !!dragged,
    });
    this.pin.addTo(this.map);
    if (focused) this.pin.getElement()?.focus({ preventScroll: true });
    if (!dragged) return;
    const tell = () => {
      const p = this.pin?.getLatLng();
      if (p) dragged({ lat: p.lat, lon: p.lng });
    };
    this.pin.on('dragend', tell);
    const keys: Record<string, [number, number]> = {
      ArrowUp: [0, -8],
      ArrowDown: [0, 8],
      ArrowLeft: [-8, 0],
      ArrowRight: [8, 0],
    };
    this.pin.getElement()?.addEventListener('keydown', (e) => {
      const step = keys[e.key];
      if (!step || !this.pin) return;
      e.preventDefault();
      e.stopPropagation();
      const here = this.map.latLngToContainerPoint(this.pin.getLatLng()).add(step);
      this.pin.setLatLng(this.map.containerPointToLatLng(here));
      tell();
    });
  }

  showMe(at: Position) {
    this.me?.remove();
    this.me = L.circleMarker([at.lat, at.lon], {
      radius: 8,
      color: '#fff',
      weight: 3,
      fillColor: '#1d5fd1',
      fillOpacity: 1,
    }).addTo(this.map);
    this.map.setView([at.lat, at.lon], Math.max(14, this.map.getZoom()));
  }

  /** Starts drawing or reshaping a zone; the tools are fetched when they are needed. */
  async draw(shape: Shape | null, changed: (shape: Shape | null) => void) {
    const { ZoneDrawing } = await import('./draw');
    this.draws(true);
    const drawing = (this.tools = new ZoneDrawing(this.map, shape, changed));
    if (shape) this.map.fitBounds(L.geoJSON(shape).getBounds().pad(0.3));
    return () => {
      drawing.stop();
      if (this.tools !== drawing) return; // something else is being drawn already
      // The click that ended it may still be on its way: it is no tap on the map.
      this.ending = setTimeout(() => this.draws(false), 300);
    };
  }

  private tools: object | null = null;
  private ending: ReturnType<typeof setTimeout> | undefined;
  private draws(on: boolean) {
    clearTimeout(this.ending);
    this.drawing = on;
    this.map.getContainer().classList.toggle('drawing', on); // marks let taps through
  }
}
